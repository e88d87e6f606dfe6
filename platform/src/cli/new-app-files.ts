/** The files of a new app: small, but each kind once, so that the next one is written by analogy. */
export function newAppFiles(name: string, now: Date): Record<string, string> {
  const schema = name.replaceAll('-', '_')
  const title = name.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase())
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14)
  return {
    'package.json': packageJson(name),
    'app.ts': appFile(name, title),
    'server/notes.ts': notesFile(schema),
    'server/notes.test.ts': testFile(name),
    [`migrations/${stamp}_notes.expand.sql`]: migration(schema),
    'web/index.tsx': webIndex(name, title),
    'web/notes-page.tsx': page(name),
    ...messages(),
    'README.md': `# ${title}\n\nWhat this app is for, ten lines of use, its configuration, its errors, its threats.\n`,
  }
}

function packageJson(name: string): string {
  const manifest = { name: `@minato/${name}`, version: '0.1.0', private: true, type: 'module' }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

function appFile(name: string, title: string): string {
  return `import { defineApp } from '@minato/platform/app'
import { noteRoutes } from './server/notes.ts'

export default defineApp({
  name: '${name}',
  title: { en: '${title}', ja: '${title}' },
  description: { en: 'Short notes.', ja: '短いメモ。' },
  permissions: {
    '${name}.use': {
      title: { en: 'Use ${title}', ja: '${title} の利用' },
      roles: ['user', 'operator', 'admin'],
    },
  },
  routes: noteRoutes,
})
`
}

function notesFile(schema: string): string {
  const name = schema.replaceAll('_', '-')
  return `import type { RouteServer, Services } from '@minato/platform/app'
import { principalOf } from '@minato/platform/http'
import type { Generated } from 'kysely'
import { z } from 'zod'

type Tables = {
  '${schema}.notes': { id: Generated<string>; owner_id: string; text: string; created_at: Date }
}

const note = z.object({ id: z.string(), text: z.string(), createdAt: z.date() })
const BODY_BYTES = 16 * 1024

/** Notes of the person who asks; nobody sees another's. */
export function noteRoutes(server: RouteServer, services: Services): void {
  const db = services.db.withTables<Tables>()
  server.get(
    '/notes',
    {
      config: { permission: '${name}.use', rate: 'read' },
      schema: { response: { 200: z.object({ items: z.array(note), nextCursor: z.null() }) } },
    },
    async (request) => {
      const rows = await db
        .selectFrom('${schema}.notes')
        .selectAll()
        .where('owner_id', '=', principalOf(request).userId)
        .orderBy('created_at', 'desc')
        .limit(100)
        .execute()
      const items = rows.map((row) => ({ id: row.id, text: row.text, createdAt: row.created_at }))
      return { items, nextCursor: null }
    },
  )
  server.post(
    '/notes',
    {
      config: { permission: '${name}.use', rate: 'action' },
      bodyLimit: BODY_BYTES,
      schema: {
        body: z.object({ text: z.string().trim().min(1).max(1000) }),
        response: { 201: note },
      },
    },
    async (request, reply) => {
      const row = await db
        .insertInto('${schema}.notes')
        .values({
          owner_id: principalOf(request).userId,
          text: request.body.text,
          created_at: new Date(services.clock()),
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return reply.status(201).send({ id: row.id, text: row.text, createdAt: row.created_at })
    },
  )
}
`
}

function migration(schema: string): string {
  return `create table ${schema}.notes (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  text text not null check (length(text) between 1 and 1000),
  created_at timestamptz not null
);
create index notes_of_owner on ${schema}.notes (owner_id, created_at desc);
`
}

function testFile(name: string): string {
  return `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testServer } from '@minato/platform/app/testing'
import app from '../app.ts'

test('a note is seen by the person who wrote it and by nobody else', async () => {
  await using server = await testServer({ apps: [app] })
  const hanako = await server.signIn('user')
  const taro = await server.signIn('user')
  const written = await server.inject({
    method: 'POST',
    url: '/api/${name}/notes',
    headers: hanako.headers,
    payload: { text: '港' },
  })
  assert.equal(written.statusCode, 201)
  const own = await server.inject({ url: '/api/${name}/notes', headers: hanako.headers })
  assert.equal(own.json().items[0].text, '港')
  const other = await server.inject({ url: '/api/${name}/notes', headers: taro.headers })
  assert.deepEqual(other.json().items, [])
})

test('without a session nothing is shown', async () => {
  await using server = await testServer({ apps: [app] })
  const answer = await server.inject({ url: '/api/${name}/notes' })
  assert.equal(answer.statusCode, 401)
})
`
}

function webIndex(name: string, title: string): string {
  return `import { defineWebApp } from '@minato/web/app'
import { IconNotes } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type en from './messages/en.ts'

declare module '@minato/web/messages' {
  interface MessageNamespaces {
    '${name}': typeof en
  }
}

export default defineWebApp({
  name: '${name}',
  navigation: {
    label: { en: '${title}', ja: '${title}' },
    icon: IconNotes,
    path: '/${name}',
    order: 50,
  },
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: '/${name}',
      component: lazyRouteComponent(() => import('./notes-page.tsx'), 'NotesPage'),
    }),
  ],
  messages: { ja: () => import('./messages/ja.ts'), en: () => import('./messages/en.ts') },
})
`
}

function messages(): Record<string, string> {
  return {
    'web/messages/en.ts': `export default {
  title: 'Notes',
  text: 'Note',
  write: 'Write',
  empty: { title: 'No notes yet', hint: 'Write the first one above.' },
}
`,
    'web/messages/ja.ts': `import type { Translation } from '@minato/web/messages'
import type en from './en.ts'

const ja: Translation<typeof en> = {
  title: 'メモ',
  text: 'メモ',
  write: '書く',
  empty: { title: 'メモはまだありません', hint: '上の欄から最初のメモを書いてください。' },
}

export default ja
`,
  }
}

function page(name: string): string {
  return `import { List, TextInput } from '@mantine/core'
import { api } from '@minato/web/api'
import { EmptyState } from '@minato/web/empty-state'
import { ErrorState } from '@minato/web/error-state'
import { Form, FormActions, SubmitAction } from '@minato/web/form'
import { LoadingState } from '@minato/web/loading-state'
import { useMessages } from '@minato/web/messages'
import { Page } from '@minato/web/page'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

type Notes = { items: { id: string; text: string }[] }

export function NotesPage() {
  const t = useMessages('${name}')
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  const notes = useQuery({
    queryKey: ['${name}', 'notes'],
    queryFn: () => api.get<Notes>('/api/${name}/notes'),
  })
  const write = async () => {
    await api.post('/api/${name}/notes', { text })
    setText('')
    await queryClient.invalidateQueries({ queryKey: ['${name}', 'notes'] })
  }
  return (
    <Page title={t('title')} width="narrow">
      <Form onSubmit={write}>
        <TextInput
          label={t('text')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <FormActions>
          <SubmitAction>{t('write')}</SubmitAction>
        </FormActions>
      </Form>
      {notes.isPending && <LoadingState />}
      {notes.isError && <ErrorState error={notes.error} onRetry={() => void notes.refetch()} />}
      {notes.data?.items.length === 0 && (
        <EmptyState title={t('empty.title')} hint={t('empty.hint')} />
      )}
      <List>
        {notes.data?.items.map((note) => (
          <List.Item key={note.id}>{note.text}</List.Item>
        ))}
      </List>
    </Page>
  )
}
`
}
