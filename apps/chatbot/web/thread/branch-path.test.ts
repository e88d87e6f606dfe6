import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../shapes.ts'
import { branchPath } from './branch-path.ts'

function message(id: string, parentId: string | null): Message {
  return {
    ...{ id, parentId, role: id.startsWith('q') ? 'user' : 'assistant', content: id },
    ...{ state: 'done', finishReason: null, errorCode: null, model: null, usage: null },
    ...{ leftOut: 0, sources: [], files: [], createdAt: '', finishedAt: null },
  }
}

// q1 has two answers; q2 follows the first of them and was edited to q2b; q1 was edited to q0.
const messages = [
  message('q1', null),
  message('a1', 'q1'),
  message('a1b', 'q1'),
  message('q2', 'a1'),
  message('a2', 'q2'),
  message('q0', null),
  message('a0', 'q0'),
  message('q2b', 'a1'),
  message('a2b', 'q2b'),
]
const ids = (choices: [string, string][] = []) =>
  branchPath(messages, new Map(choices)).map((step) => step.message.id)

test('the branch that was written last is shown', () => {
  assert.deepEqual(ids(), ['q1', 'a1', 'q2b', 'a2b'])
})

test('a choice shows another branch, below it again the newest', () => {
  assert.deepEqual(ids([['a1', 'q2']]), ['q1', 'a1', 'q2', 'a2'])
  assert.deepEqual(ids([['root', 'q0']]), ['q0', 'a0'])
  assert.deepEqual(ids([['q1', 'a1b']]), ['q1', 'a1b'])
})

test('a choice that is gone is no choice', () => {
  assert.deepEqual(ids([['root', 'deleted']]), ['q1', 'a1', 'q2b', 'a2b'])
})

test('each step knows its siblings in the order of their making', () => {
  const [first, second] = branchPath(messages, new Map())
  assert.deepEqual(first?.siblings, ['q1', 'q0'])
  assert.deepEqual(second?.siblings, ['a1', 'a1b'])
})
