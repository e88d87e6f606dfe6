import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { CROWD_SETTINGS, newUser, personWithKey, type StackUser } from '../../test/stack/crowd.ts'
import { startStack } from '../../test/stack/up.ts'
import { CLOCK_OVERRIDE, clockImage, setClock } from './faults/clock.ts'
import { DISK_OVERRIDE } from './faults/disks.ts'
import { FAULTS } from './faults/list.ts'
import { reportOf } from './faults/report.ts'
import { type Suffered, suffer } from './faults/suffer.ts'

// `npm run drill:faults`: a whole production stack under load is hurt in one way after another; what
// happened to users and data becomes docs/reports/faults.md. Needs a Docker engine on this machine
// (test/docker/prepare), root, Debian's libfaketime, and about twenty minutes. Ends with 1 when
// anything was lost.
const ROOT = dirname(dirname(import.meta.dirname))
const PEOPLE = 5
const { values } = parseArgs({
  options: {
    rps: { type: 'string', default: '60' },
    sockets: { type: 'string', default: '50' },
    /** Those whose name contains this. */
    only: { type: 'string', default: '' },
    report: { type: 'string', default: join(ROOT, 'docs/reports/faults.md') },
  },
})
const scale = { perSecond: Number(values.rps), sockets: Number(values.sockets) }
const stack = await startStack({
  image: clockImage,
  override: `services:\n${CLOCK_OVERRIDE}${DISK_OVERRIDE}`,
  prepare: (folder) => setClock(folder, 0),
  settings: CROWD_SETTINGS,
})
try {
  const crowd = { key: await personWithKey(stack, 'blue'), people: [] as StackUser[] }
  while (crowd.people.length < PEOPLE) crowd.people.push(await newUser(stack))
  const found: Suffered[] = []
  for (const fault of FAULTS.filter(({ name }) => name.includes(values.only))) {
    const suffered = await suffer(stack, fault, crowd, scale)
    process.stdout.write(`${JSON.stringify(suffered)}\n`)
    found.push(suffered)
  }
  if (values.only === '') writeFileSync(values.report, reportOf(found, scale))
  process.exitCode = found.every(({ lost }) => lost.length === 0) ? 0 : 1
} finally {
  await stack.stop()
}
