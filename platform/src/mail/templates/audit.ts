import { z } from 'zod'
import { link, time } from './fields.ts'
import type { Letter } from './letter.ts'

const data = z.object({ at: time, url: link })
type Data = z.infer<typeof data>

/** The test mail of the live audit: that it is read proves that mail arrives. */
export const audit = {
  data,
  ja: ({ at, url }: Data): Letter => ({
    subject: 'Minato の監査：試験メール',
    paragraphs: [
      `このメールは ${at} の監査がメールの到達を確かめるために送りました。`,
      '対応は不要です。',
    ],
    action: { label: '運用画面を開く', url },
  }),
  en: ({ at, url }: Data): Letter => ({
    subject: 'Minato audit: test mail',
    paragraphs: [
      `The audit of ${at} sent this mail to see that mail arrives.`,
      'Nothing needs to be done.',
    ],
    action: { label: 'Open operations', url },
  }),
}
