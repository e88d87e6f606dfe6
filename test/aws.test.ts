import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'

const ROOT = dirname(import.meta.dirname)
const FOLDER = join(ROOT, 'deploy/aws')
const required = (process.env['MINATO_TEST_REQUIRE'] ?? '').split(',').includes('cdk')
const installed = () => existsSync(join(FOLDER, 'node_modules/aws-cdk-lib'))

// 200 MB that nothing else needs: installed where CI asks for it, or by hand.
const skip =
  installed() || required ? false : 'the CDK is not installed: run `npm ci` in deploy/aws'

describe('the stacks on AWS', { skip }, () => {
  test('fit their types, and are what they must be', { timeout: 600_000 }, () => {
    if (!installed()) run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'])
    run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'])
    const tests = globSync('{*,small/*}.test.ts', { cwd: FOLDER })
    assert.equal(tests.length, 2)
    run(process.execPath, ['--test', '--test-concurrency=1', ...tests])
  })
})

function run(program: string, args: string[]): void {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: FOLDER,
    env,
    encoding: 'utf8',
  })
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${stdout}\n${stderr}`)
}
