import { createParser } from 'eventsource-parser'

export type ReadEvent = { id: string; event: string; data: Record<string, unknown> }

/** All events of a stream, to its end. */
export async function readEvents(response: Response): Promise<ReadEvent[]> {
  const events: ReadEvent[] = []
  const parser = createParser({
    onEvent: ({ id = '', event = '', data }) =>
      void events.push({ id, event, data: JSON.parse(data) }),
  })
  parser.feed(await response.text())
  return events
}

type Attached = { name: string; type: string; content: Uint8Array<ArrayBuffer> }

/** A multipart body as a browser sends it. */
export function multipart(fields: Record<string, string>, files: Attached[] = []): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const { name, type, content } of files)
    form.append('files', new Blob([content], { type }), name)
  return form
}
