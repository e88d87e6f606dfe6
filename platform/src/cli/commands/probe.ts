import { answerQuestions } from '../../deploy/probe.ts'
import type { Command } from '../command.ts'

/** `minato probe`: the deployer's ear in the stack's network. */
export const probe: Command = {
  name: 'probe',
  summary: {
    en: 'answer what a deploy asks of the stack from inside (started by minato deploy)',
    ja: 'デプロイ中にスタック内部から応答を確かめる（minato deploy が起動）',
  },
  usage: `Usage: minato probe

Reads questions as JSON lines, {"id": 1, "to": "web-blue" | "web-green" | "front", "path": "/…"}, and
writes what every process answers. minato deploy starts it in the stack's network and ends it.`,
  async run(_args, io) {
    await answerQuestions(io.stdin, io.stdout, io.env)
    return 0
  },
}
