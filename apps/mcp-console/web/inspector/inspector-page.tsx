import { SegmentedControl } from '@mantine/core'
import { useFilters } from '@minato/web/data-table'
import { useMessages } from '@minato/web/messages'
import { useParams } from '@tanstack/react-router'
import { ConsolePage } from '../console-page.tsx'
import { ClientConfiguration } from './client-configuration.tsx'
import classes from './inspector.module.css'
import { Prompts } from './prompts.tsx'
import { Resources } from './resources.tsx'
import { Runs } from './runs.tsx'
import { Tools } from './tools.tsx'

const PARTS = ['tools', 'resources', 'prompts', 'history', 'connect'] as const
type Part = (typeof PARTS)[number]

/** One server from the inside; its id is a container's, or `remote:<id>`. */
export function InspectorPage() {
  const t = useMessages('mcp-console')
  const { id } = useParams({ strict: false }) as { id: string }
  const [{ part: asked }, set] = useFilters()
  const part: Part = PARTS.find((one) => one === asked) ?? 'tools'
  const path = `/inspector/${encodeURIComponent(id)}`
  const above = id.startsWith('remote:')
    ? { label: t('remote.title'), to: '/mcp-console/remote-servers' }
    : { label: t('servers.title'), to: `/mcp-console/servers/${id}` }
  return (
    <ConsolePage title={t('inspector.title')} intro={t('inspector.intro')} crumbs={[above]}>
      <div className={classes.parts}>
        <SegmentedControl
          aria-label={t('inspector.part')}
          value={part}
          onChange={(next) => set({ part: next === 'tools' ? undefined : next })}
          data={PARTS.map((value) => ({ value, label: t(`inspector.${value}`) }))}
        />
      </div>
      {part === 'tools' && <Tools path={path} />}
      {part === 'resources' && <Resources path={path} />}
      {part === 'prompts' && <Prompts path={path} />}
      {part === 'history' && <Runs path={path} />}
      {part === 'connect' && <ClientConfiguration path={path} />}
    </ConsolePage>
  )
}
