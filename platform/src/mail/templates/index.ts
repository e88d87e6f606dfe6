import { mailErrors } from '../errors.ts'
import { audit } from './audit.ts'
import { invite } from './invite.ts'
import { layOut, type Rendered } from './layout.ts'
import type { Letter, Locale } from './letter.ts'
import { newSignIn } from './new-sign-in.ts'
import { reset } from './reset.ts'
import { twoFactor } from './two-factor.ts'
import { verify } from './verify.ts'
import { welcome } from './welcome.ts'

export const templates = {
  welcome,
  invite,
  verify,
  reset,
  'two-factor': twoFactor,
  'new-sign-in': newSignIn,
  audit,
}

export type TemplateName = keyof typeof templates
export type { Rendered } from './layout.ts'
export type { Locale } from './letter.ts'

type Template = {
  data: { safeParse(value: unknown): Parsed }
  ja(data: never): Letter
  en(data: never): Letter
}
type Parsed =
  | { success: true; data: unknown }
  | { success: false; error: { issues: { path: PropertyKey[] }[] } }

/**
 * Writes a mail. Fields a template does not know are ignored.
 * @throws MAIL_DATA_INVALID naming the first field that is missing or not acceptable
 */
export function render(
  template: TemplateName,
  locale: Locale,
  data: Readonly<Record<string, string>>,
): Rendered {
  const { data: schema, ja, en }: Template = templates[template]
  const parsed = schema.safeParse(data)
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? '')
    throw mailErrors.MAIL_DATA_INVALID({ template, field })
  }
  const write = locale === 'ja' ? ja : en
  // The schema of the same template made this value.
  return layOut(write(parsed.data as never), locale)
}
