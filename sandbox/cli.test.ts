import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { sandbox } from './cli.ts'

async function run(args: string[]) {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  const code = await sandbox.run(args, { ...streams, env: {}, cwd: '/' })
  streams.stdout.end()
  streams.stderr.end()
  return { code, out: await text(streams.stdout), err: await text(streams.stderr) }
}

test('help goes to stdout, wrong usage to stderr with exit code 2', async () => {
  const help = await run(['--help'])
  assert.equal(help.code, 0)
  assert.match(help.out, /Usage: minato sandbox/)
  for (const args of [['--port', '70000'], ['--port', 'x'], ['--unknown'], ['stray']]) {
    const wrong = await run(args)
    assert.equal(wrong.code, 2, args.join(' '))
    assert.match(wrong.err, /Usage: minato sandbox/)
    assert.equal(wrong.out, '')
  }
})

test('a taken port says so and leaves nothing listening', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { code, err } = await run(['--port', String(port)])
  assert.equal(code, 1)
  assert.match(err, /EADDRINUSE.*Choose another port/s)
  server.close()
})

test('prints variables that work, and stops on SIGTERM with exit code 0', async (t) => {
  const script = `
    import { sandbox } from ${JSON.stringify(fileURLToPath(new URL('./cli.ts', import.meta.url)))}
    process.exitCode = await sandbox.run(process.argv.slice(1), process)`
  const args = ['--input-type=module', '-e', script, '--', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL')) // what fails here must not leave it running
  const [line] = await once(child.stdout, 'data')
  const { variables, url, controlToken } = JSON.parse(String(line))
  const models = await fetch(`${variables.LLM_URL}/models`, {
    headers: { authorization: `Bearer ${variables.LLM_API_KEY}` },
  })
  assert.equal(models.status, 200)
  const files = new URL(variables.FILES_URL)
  const client = new S3Client({
    endpoint: files.searchParams.get('endpoint') ?? '',
    region: files.searchParams.get('region') ?? '',
    forcePathStyle: true,
    credentials: {
      accessKeyId: variables.FILES_ACCESS_KEY_ID,
      secretAccessKey: variables.FILES_SECRET_ACCESS_KEY,
    },
  })
  await client.send(new HeadBucketCommand({ Bucket: files.hostname }))
  client.destroy()
  const headers = { 'x-sandbox-token': controlToken }
  const state = (await (await fetch(`${url}/sandbox/state`, { headers })).json()) as object
  assert.deepEqual(Object.keys(state).sort(), [
    'events',
    'mails',
    'mcpCalls',
    'mcpServers',
    'mcpSessions',
    'oauth',
    'objects',
    'requests',
    'uploads',
    'vaultItems',
  ])
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
