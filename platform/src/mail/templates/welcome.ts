import { z } from 'zod'
import { line, link } from './fields.ts'
import type { Letter } from './letter.ts'

const data = z.object({ name: line, url: link })
type Data = z.infer<typeof data>

/** The account is open. */
export const welcome = {
  data,
  ja: ({ name, url }: Data): Letter => ({
    subject: 'Minato へようこそ',
    paragraphs: [`${name} 様`, 'アカウントの準備ができました。次のボタンからお使いいただけます。'],
    action: { label: 'Minato を開く', url },
  }),
  en: ({ name, url }: Data): Letter => ({
    subject: 'Welcome to Minato',
    paragraphs: [`Hello ${name},`, 'Your account is ready. Open Minato with the button below.'],
    action: { label: 'Open Minato', url },
  }),
}
