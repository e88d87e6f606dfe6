/** One line of an exposition. */
export type Sample = { name: string; labels: Readonly<Record<string, string>>; value: number }

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/**
 * Reads Prometheus' text format, version 0.0.4.
 *
 * @example
 * readExposition('x_total{a="1"} 3\n') // [{ name: 'x_total', labels: { a: '1' }, value: 3 }]
 */
export function readExposition(text: string): Sample[] {
  const samples: Sample[] = []
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const match = LINE.exec(line)
    if (match === null) continue
    const [, name = '', inner = '', value = ''] = match
    const labels: Record<string, string> = {}
    for (const [, label = '', quoted = ''] of inner.matchAll(LABEL)) {
      labels[label] = quoted.replace(/\\(.)/g, (_, letter: string) =>
        letter === 'n' ? '\n' : letter,
      )
    }
    samples.push({ name, labels, value: numberOf(value) })
  }
  return samples
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  return Number(text)
}
