import { defineConfig, list, type Problem, type Profile, variable } from '../config/index.ts'

/** How to reach a stand-in of this machine: IPv4 loopback, and a port. */
const LOOPBACK_ORIGIN = /^https?:\/\/127(?:\.\d{1,3}){3}:\d{1,5}$/

/** Settings of the way out; none of them is for a real deployment. */
export const outboundConfig = defineConfig(
  {
    sandboxOrigins: variable('OUTBOUND_SANDBOX_ORIGINS', list.default([]), {
      describe:
        'loopback origins of stand-ins that URLs given by users may name; development and test only',
      example: 'http://127.0.0.1:4321',
    }),
  },
  { check: onlyOnLaptops },
)

function onlyOnLaptops(values: { sandboxOrigins: string[] }, profile: Profile): Problem[] {
  const { sandboxOrigins } = values
  if (sandboxOrigins.length === 0) return []
  if (profile !== 'development' && profile !== 'test') {
    return [
      {
        variable: 'OUTBOUND_SANDBOX_ORIGINS',
        problem: {
          en: 'opens this machine to URLs given by users',
          ja: 'は利用者の URL にこのマシンを開放します',
        },
        mend: {
          en: 'remove it: stand-ins are for development and test',
          ja: '削除してください（開発とテストだけで使えます）',
        },
      },
    ]
  }
  if (sandboxOrigins.every((origin) => LOOPBACK_ORIGIN.test(origin))) return []
  return [
    {
      variable: 'OUTBOUND_SANDBOX_ORIGINS',
      problem: {
        en: 'names something other than a loopback origin',
        ja: 'にループバック以外のオリジンがあります',
      },
      mend: {
        en: 'write each as http://127.0.0.1:PORT, without a path',
        ja: 'http://127.0.0.1:ポート の形で、パスを付けずに書いてください',
      },
    },
  ]
}
