/** One instruction with its words joined over continued lines. */
export type Instruction = { keyword: string; text: string; line: number }
export type Stage = { from: string; name: string | undefined; instructions: Instruction[] }
export type Dockerfile = { path: string; arguments: Instruction[]; stages: Stage[] }

/** Instructions by stage; comments are dropped, `\` and here-documents joined. */
export function parseDockerfile(path: string, text: string): Dockerfile {
  const stages: Stage[] = []
  const before: Instruction[] = []
  for (const instruction of instructionsOf(text)) {
    if (instruction.keyword === 'FROM') {
      const words = instruction.text.split(/\s+/).filter((word) => !word.startsWith('--'))
      const name = /^as$/i.test(words[1] ?? '') ? words[2] : undefined
      stages.push({ from: words[0] ?? '', name, instructions: [instruction] })
    } else (stages.at(-1)?.instructions ?? before).push(instruction)
  }
  return { path, arguments: before, stages }
}

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = []
  let open: Instruction | undefined
  let until: string | undefined
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (until !== undefined) {
      if (open !== undefined) open.text += `\n${raw}`
      if (raw.trim() === until) [until, open] = [undefined, undefined]
      continue
    }
    if (/^\s*(#|$)/.test(raw)) continue
    const continued = /\\\s*$/.test(raw)
    const words = raw.replace(/\\\s*$/, '').trim()
    if (open === undefined) {
      const [, keyword = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(words) ?? []
      open = { keyword: keyword.toUpperCase(), text: rest, line: index + 1 }
      found.push(open)
    } else open.text += ` ${words}`
    until = /^(?:RUN|COPY)$/.test(open.keyword) ? /<<-?["']?(\w+)/.exec(words)?.[1] : undefined
    if (!continued && until === undefined) open = undefined
  }
  return found
}

/** The last stage, which becomes the image, with what it takes over from the stages it stands on. */
export function finalStage({ stages }: Dockerfile): Stage | undefined {
  const last = stages.at(-1)
  if (last === undefined) return undefined
  const instructions = [...last.instructions]
  let base = last
  for (let at = stages.length - 1; at > 0; at = stages.indexOf(base)) {
    const parent = stages.slice(0, at).findLast(({ name }) => name === base.from)
    if (parent === undefined) break
    instructions.unshift(...parent.instructions)
    base = parent
  }
  return { ...last, from: base.from, instructions }
}
