import { type Command, systemOf } from '../command.ts'

export const build: Command = {
  name: 'build',
  summary: { en: 'build the browser code', ja: 'ブラウザー用コードをビルドする' },
  usage: 'Usage: minato build\n\nBuilds web/dist; does nothing when the sources have not changed.',
  async run(_args, io) {
    await systemOf(io).buildSite()
    return 0
  },
}
