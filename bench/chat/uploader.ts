import { largePdf } from './large-pdf.ts'

// The person who uploads, in a process of their own: building and sending 25 MB must not hold up
// the one who measures. Each argument after the key is a conversation for one upload.
const FILE_BYTES = 5 * 1024 * 1024
const [url = '', key = '', ...conversations] = process.argv.slice(2)
const files = heavyFiles()
process.send?.({ ready: true })
process.once('message', () => void uploadAll())

async function uploadAll(): Promise<void> {
  const startedAt = performance.now()
  for (const id of conversations) await upload(id)
  process.send?.({ uploadMs: (performance.now() - startedAt) / conversations.length })
  process.disconnect()
}

function heavyFiles(): File[] {
  const line = 'The harbour master writes down every ship that enters the west pier. '
  const text = line.repeat(Math.floor((FILE_BYTES - 1024) / line.length))
  return [
    new File([largePdf(FILE_BYTES - 64 * 1024)], 'harbour.pdf', { type: 'application/pdf' }),
    ...['one', 'two', 'three', 'four'].map(
      (name) => new File([`${name}\n${text}`], `${name}.txt`, { type: 'text/plain' }),
    ),
  ]
}

/** Until the answer begins: by then the files are read and stored. */
async function upload(id: string): Promise<void> {
  const form = new FormData()
  form.append('text', 'What do these files say about the west pier?')
  for (const file of files) form.append('files', file)
  const response = await fetch(`${url}/api/chatbot/conversations/${id}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: form,
  })
  if (!response.ok) throw new Error(`The upload was refused: ${await response.text()}`)
  let seen = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    seen += decoder.decode(chunk, { stream: true })
    if (/^event: (delta|error)/m.test(seen)) break
  }
  if (!seen.includes('event: delta')) throw new Error(`No answer to the files: ${seen}`)
}
