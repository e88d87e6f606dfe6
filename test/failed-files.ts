type Event = { type: string; data: { file?: string } }

/** A reporter that writes the path of each file with a failed test, one a line. */
export default async function* failedFiles(source: AsyncIterable<Event>): AsyncIterable<string> {
  const seen = new Set<string>()
  for await (const { type, data } of source) {
    if (type !== 'test:fail' || data.file === undefined || seen.has(data.file)) continue
    seen.add(data.file)
    yield `${data.file}\n`
  }
}
