import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesOfJobs, shareOfWork } from './worker-apps.ts'

const apps = [{ name: 'chatbot' }, { name: 'mcp-console' }, { name: 'operations' }]
const share = (workerApps: string[], workerExceptApps: string[]) =>
  shareOfWork(apps, { workerApps, workerExceptApps }).mine.map(({ name }) => name)

test('a worker runs every app unless it is told which', () => {
  assert.deepEqual(share([], []), ['chatbot', 'mcp-console', 'operations'])
  assert.deepEqual(share(['mcp-console'], []), ['mcp-console'])
  assert.deepEqual(share([], ['mcp-console']), ['chatbot', 'operations'])
  assert.deepEqual(share(['chatbot'], ['chatbot']), [], 'leaving out wins')
})

test('what it leaves to others are the jobs of the other apps', () => {
  const { others } = shareOfWork(apps, { workerApps: [], workerExceptApps: ['mcp-console'] })
  assert.deepEqual(others, [{ name: 'mcp-console' }])
  assert.deepEqual([...namesOfJobs([{}])], [])
})
