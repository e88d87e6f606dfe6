const WIDTH = 30

export type ProgressBar = { advance(by: number): void; end(): void }

/** A bar on a terminal, redrawn in its line; silence where nobody watches (a file, a pipe). */
export function progressBar(output: NodeJS.WritableStream, total: number): ProgressBar {
  const shown = 'isTTY' in output && output.isTTY === true && total > 0
  let done = 0
  const draw = () => {
    const filled = Math.min(WIDTH, Math.round((done / total) * WIDTH))
    const bar = '#'.repeat(filled).padEnd(WIDTH, '.')
    output.write(`\r[${bar}] ${done} / ${total}`)
  }
  if (shown) draw()
  return {
    advance(by) {
      done += by
      if (shown) draw()
    },
    end() {
      if (shown) output.write('\n')
    },
  }
}
