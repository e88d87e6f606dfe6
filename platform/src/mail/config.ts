import { z } from 'zod'
import {
  bool,
  defineConfig,
  list,
  type Problem,
  type Profile,
  url,
  type Values,
  variable,
} from '../config/index.ts'
import { parseMailbox } from './address.ts'
import { isPublicKey } from './public-key.ts'

const variables = {
  url: variable('MAIL_URL', url('smtp', 'smtps').optional(), {
    describe: 'mail server; smtps:// is TLS from the first byte, smtp:// upgrades by STARTTLS',
    example: 'smtp://user:password@smtp.example.com:587',
    secret: true,
  }),
  from: variable(
    'MAIL_FROM',
    z
      .string()
      .default('Minato <minato@localhost>')
      .refine((text) => parseMailbox(text) !== undefined, {
        message: 'must look like Name <name@example.com>',
      }),
    { describe: 'sender of every mail', example: 'Minato <minato@example.com>' },
  ),
  allowTo: variable('MAIL_ALLOW_TO', list.default([]), {
    describe:
      'only these addresses and @domains get mail; staging demands it, empty elsewhere: all',
    example: 'tester@example.com,@example.org',
  }),
  tracking: variable('MAIL_TRACKING', bool.default(false), {
    describe: 'whether opens and clicks reported by the mail service are kept',
  }),
  sendgridPublicKey: variable(
    'MAIL_SENDGRID_PUBLIC_KEY',
    z
      .string()
      .refine(isPublicKey, { message: 'must be the base64 verification key that SendGrid shows' })
      .optional(),
    { describe: "verification key of SendGrid's signed event webhook (base64); unset: no webhook" },
  ),
}

export type MailConfig = Values<typeof variables>

/** How mail leaves, and to whom it may. */
export const mailConfig = defineConfig(variables, { check: stagingDemands })

function stagingDemands(values: MailConfig, profile: Profile): Problem[] {
  if (profile !== 'staging' || values.url === undefined || values.allowTo.length > 0) return []
  return [
    {
      variable: 'MAIL_ALLOW_TO',
      problem: {
        en: 'is not set in staging',
        ja: 'が設定されていません（staging では必須）',
      },
      mend: {
        en: 'list the addresses or @domains that may get mail from here',
        ja: 'メールを受け取ってよいアドレスか @ドメイン を列挙してください',
      },
    },
  ]
}
