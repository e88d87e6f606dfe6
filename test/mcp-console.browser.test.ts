import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Browser, Page } from 'playwright-core'
import accounts from '../sandbox/bitwarden/accounts.json' with { type: 'json' }
import {
  fetchInPage,
  newVisitor,
  openBrowser,
  signInByForm,
  type Visitor,
} from './browser/visitor.ts'
import { DOCKER_SOCKET, docker, mcpImages, withoutDocker } from './docker.ts'
import { newPerson } from './http-client.ts'
import { skipWithout } from './peers.ts'
import { type RunningSystem, startSystem } from './system.ts'

/** Docker's names are the whole machine's. */
const NAME = `journey-${crypto.randomUUID().slice(0, 8)}`
const FIRST = 'kanaria-no-uta-1'
const SECOND = 'kanaria-no-uta-2'
const LONG = { timeout: 60_000 }

const NEEDS = { skip: skipWithout('chromium') || withoutDocker, timeout: 300_000 }

describe('from the vault to an agent’s call', NEEDS, () => {
  let system: RunningSystem
  let browser: Browser
  let visitor: Visitor
  let page: Page
  let client: Client | undefined
  let server = ''
  let address = ''
  let broken = false

  before(async () => {
    mcpImages()
    browser = await openBrowser()
    system = await startSystem({ env: { MCP_CONSOLE_DOCKER_SOCKET: DOCKER_SOCKET } })
    visitor = await newVisitor(browser, system.url)
    page = visitor.page
  })
  after(async () => {
    await client?.close()
    await browser?.close()
    removeLeft(server)
    await system?.[Symbol.asyncDispose]()
  })

  /** Each goes on where the one before left the page: after a failure the rest says nothing. */
  function step(name: string, work: () => Promise<void>): void {
    test(name, async (t) => {
      if (broken) return t.skip('an earlier step failed')
      broken = true
      try {
        await work()
        broken = false
      } finally {
        if (broken) t.diagnostic(await page.locator('body').innerText())
      }
    })
  }

  step('signs in; puts an item into the built-in vault and opens Bitwarden', async () => {
    await signInByForm(visitor, await newPerson(system, 'operator'))
    await visitor.open('/mcp-console/vault')
    await page.getByRole('button', { name: 'アイテムを追加' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('名前').fill('everything')
    await form.getByLabel('値', { exact: true }).fill('not-asked-for')
    await form.getByRole('button', { name: '保存' }).click()
    await page.getByText('{{ bw:everything:password }}').waitFor()
    await openBitwarden(page)
  })

  step('finds a server in the catalog; the preflight shows a missing field', async () => {
    await visitor.open('/mcp-console/catalog')
    await page.getByLabel('検索', { exact: true }).fill('every feature')
    await page.getByRole('link', { name: 'Everything', exact: true }).click()
    await page.getByRole('heading', { name: 'Everything', exact: true }).waitFor()
    await page.getByRole('button', { name: '導入', exact: true }).click()
    await page.getByLabel('名前', { exact: true }).fill(NAME)
    await page
      .getByLabel('環境変数', { exact: true })
      .first()
      .fill('API_TOKEN={{ bw:everything:token }}\nWEATHER_KEY={{ bw:weather:api_key }}')
    await page.getByRole('button', { name: '参照を確かめる' }).click()
    await found(page, 'everything:token', 'フィールドなし')
    await found(page, 'weather:api_key', 'あり')
  })

  step('mends it in the vault, beside the form', async () => {
    const opened = visitor.context.waitForEvent('page')
    await page.getByRole('link', { name: '保管庫を開く' }).click()
    await changeValue(await opened, 'token', FIRST)
    await (await opened).close()
    await page.getByRole('button', { name: '参照を確かめる' }).click()
    await page.getByText('すべての参照に値があります。').waitFor(LONG)
  })

  step('installs it as a job, whose timeline ends with a healthy server', async () => {
    await page.getByRole('button', { name: '導入する' }).click()
    await jobDone(page)
    const steps = await page.getByRole('list', { name: '経過' }).getByRole('listitem').count()
    assert.ok(steps >= 4, `${steps} steps`)
    await page.getByRole('link', { name: 'サーバーを開く' }).click()
    await page.getByText('稼働中').waitFor()
    server = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    assert.ok(environmentOf(server).includes(`API_TOKEN=${FIRST}`))
    assert.ok(environmentOf(server).includes('WEATHER_KEY=sandbox-weather-key-0002'))
    assert.doesNotMatch(await page.content(), new RegExp(FIRST))
  })

  step('its log is live', async () => {
    await page.getByRole('link', { name: 'ログ', exact: true }).click()
    const lines = page.getByRole('log').getByText(/Starting default/)
    await lines.first().waitFor()
    assert.equal(await lines.count(), 1)
    await page.getByRole('button', { name: '再起動' }).click()
    await lines.nth(1).waitFor(LONG)
  })

  step('the Inspector calls a tool', async () => {
    await page.getByRole('link', { name: 'インスペクター' }).click()
    const tool = page
      .locator('section')
      .filter({ has: page.getByRole('heading', { name: /echo/i }) })
    await tool.getByRole('button', { name: '実行' }).click(LONG)
    await tool.getByLabel('message').fill('港は静か')
    await tool.getByRole('form').getByRole('button', { name: '実行' }).click()
    await tool.getByText('Echo: 港は静か').waitFor()
  })

  step('joins a profile, and an MCP client calls the tool with a key', async () => {
    await visitor.open('/mcp-console/gateway')
    await page.getByRole('button', { name: 'プロファイルを作る' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('名前').fill('agents')
    await form.getByRole('button', { name: 'プロファイルを作る' }).click()
    await page.getByPlaceholder('サーバーを選ぶ').click()
    await page.getByRole('option', { name: NAME }).click()
    await page.getByRole('button', { name: 'サーバーを加える' }).click()
    await page.getByRole('cell', { name: NAME }).first().waitFor()
    address =
      (await page
        .getByText(/^http\S+\/mcp\/?\S*$/)
        .first()
        .textContent()) ?? ''
    client = await connect(address, await newKey(page))
    const { tools } = await client.listTools()
    assert.ok(tools.some(({ name }) => name === `${NAME}__echo`))
    assert.equal(await callTool(client, `${NAME}__echo`, { message: 'hai' }), 'Echo: hai')
    await visitor.open('/mcp-console/gateway/calls')
    const called = page.getByRole('row').filter({ hasText: 'echo' })
    await called.getByText('完了').waitFor()
    await called.getByText(NAME, { exact: true }).waitFor()
    await called.getByText(/^\d+ バイト$/).waitFor()
  })

  step('a new value reaches the server when it is made anew, and no answer tells it', async () => {
    await visitor.open('/mcp-console/vault')
    await changeValue(page, 'token', SECOND)
    await visitor.open(`/mcp-console/servers/${server}`)
    await page.getByRole('button', { name: '作り直す' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '作り直す' }).click()
    await jobDone(page)
    assert.ok(environmentOf(server).includes(`API_TOKEN=${SECOND}`))
    assert.ok(client !== undefined)
    const told = await callTool(client, `${NAME}__get-env`, {})
    assert.match(told, /API_TOKEN/)
    assert.doesNotMatch(told, new RegExp(SECOND))
  })

  step('stops it and deletes it; nothing is left', async () => {
    await visitor.open(`/mcp-console/servers/${server}`)
    await page.getByRole('button', { name: '停止', exact: true }).click()
    await page.getByText('停止中').waitFor(LONG)
    await page.getByRole('button', { name: '削除', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: '削除', exact: true }).click()
    await page.getByText('サーバーはまだありません').waitFor(LONG)
    assert.deepEqual(containersOf(server), [])
    assert.deepEqual(visitor.faults, [])
  })
})

async function openBitwarden(page: Page): Promise<void> {
  const [account] = accounts.accounts
  await page.getByRole('button', { name: '保管庫を開く' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('メールアドレス').fill(account?.email ?? '')
  await form.locator('[name=masterPassword]').fill(account?.password ?? '')
  await form.getByRole('button', { name: '保管庫を開く' }).click()
  await page.getByText('開いています').waitFor(LONG)
}

async function found(page: Page, reference: string, standing: string): Promise<void> {
  const line = page.getByRole('listitem').filter({ hasText: `{{ bw:${reference} }}` })
  await line.getByText(standing).waitFor(LONG)
}

async function changeValue(page: Page, field: string, value: string): Promise<void> {
  await page.getByRole('button', { name: '値を変える' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('フィールド').fill(field)
  await form.getByLabel('値', { exact: true }).fill(value)
  await form.getByRole('button', { name: '保存' }).click()
  await page.getByText(/「everything」を変更しました/).waitFor()
}

async function jobDone(page: Page): Promise<void> {
  await page.waitForURL(/\/mcp-console\/jobs\//)
  const ended = page.getByText('完了', { exact: true }).or(page.getByText('失敗', { exact: true }))
  await ended.first().waitFor(LONG)
  assert.equal(
    await page
      .getByRole('alert')
      .allTextContents()
      .then((texts) => texts.join()),
    '',
  )
}

async function newKey(page: Page): Promise<string> {
  const json = { name: 'agent', expiresInDays: 7, scopes: ['mcp-console.use'] }
  const { status, body } = await fetchInPage(page, '/api/auth/keys', { method: 'POST', json })
  assert.equal(status, 201)
  return (body as { key: string }).key
}

async function connect(address: string, key: string): Promise<Client> {
  const client = new Client({ name: 'agent', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(address), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  })
  await client.connect(transport as Parameters<Client['connect']>[0])
  return client
}

async function callTool(client: Client, name: string, given: object): Promise<string> {
  const { content } = await client.callTool({ name, arguments: { ...given } })
  return (content as { text?: string }[]).map(({ text = '' }) => text).join('\n')
}

function containersOf(id: string): string[] {
  const filter = ['--filter', `label=app.minato.mcp-console.id=${id}`]
  return docker(['ps', '-aq', ...filter])
    .stdout.split('\n')
    .filter((line) => line !== '')
}

function environmentOf(id: string): string[] {
  const format = '{{json .Config.Env}}'
  const { stdout } = docker(['inspect', '--format', format, ...containersOf(id)])
  return JSON.parse(stdout) as string[]
}

function removeLeft(id: string): void {
  const left = id === '' ? [] : containersOf(id)
  if (left.length > 0) docker(['rm', '-f', '-v', ...left])
}
