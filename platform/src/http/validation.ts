import type { FastifySchemaCompiler } from 'fastify/types/schema.js'
import { z } from 'zod'
import { issueSentence } from './issue-sentence.ts'

const WORDING = {
  en: z.locales.en().localeError,
  ja: z.locales.ja().localeError,
}

/**
 * Checks what a route's zod schemas promise. Only a refused request is read a second time, so that
 * each fault is told in both languages; the error handler picks the person's own. A message that
 * stands in the schema itself wins.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (data: unknown) => {
    const result = schema.safeParse(data, { error: wording('en') })
    if (result.success) return { value: result.data }
    const japanese = schema.safeParse(data, { error: wording('ja') }).error?.issues ?? []
    return {
      error: result.error.issues.map((issue, index) => ({
        keyword: issue.code,
        instancePath: issue.path.join('.'),
        schemaPath: '',
        message: issue.message,
        params: { ja: ownJapanese(issue) ?? japanese[index]?.message ?? issue.message },
      })),
    }
  }
}

function wording(locale: 'en' | 'ja'): z.core.$ZodErrorMap {
  return (issue) => issueSentence(issue)?.[locale] ?? WORDING[locale](issue)
}

/** `refine(rule, { message: 'English', params: { ja: '日本語' } })` brings its own. */
function ownJapanese(issue: z.core.$ZodIssue): string | undefined {
  const ja: unknown = issue.code === 'custom' ? issue.params?.['ja'] : undefined
  return typeof ja === 'string' ? ja : undefined
}
