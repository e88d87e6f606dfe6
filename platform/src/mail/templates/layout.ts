import type { Letter, Locale } from './letter.ts'

export type Rendered = { subject: string; text: string; html: string }

/** A letter as plain text and as HTML that every mail reader shows: no images, no script, nothing loaded from outside. */
export function layOut(letter: Letter, locale: Locale): Rendered {
  return { subject: letter.subject, text: plain(letter), html: html(letter, locale) }
}

function plain({ paragraphs, action, notes = [] }: Letter): string {
  const parts = [...paragraphs]
  if (action !== undefined) parts.push(`${action.label}:\n${action.url}`)
  parts.push(...notes)
  return `${parts.join('\n\n')}\n\n--\nMinato\n`
}

function html({ subject, paragraphs, action, notes = [] }: Letter, locale: Locale): string {
  const body = paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`)
  if (action !== undefined) {
    const url = escapeHtml(action.url)
    body.push(
      `<p style="margin:24px 0"><a href="${url}" style="background:#1c5d99;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none;display:inline-block">${escapeHtml(action.label)}</a></p>`,
      `<p style="font-size:13px;color:#555;word-break:break-all">${url}</p>`,
    )
  }
  body.push(...notes.map((text) => `<p style="font-size:13px;color:#555">${escapeHtml(text)}</p>`))
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;background:#f4f6f8"><div style="max-width:560px;margin:0 auto;padding:32px 24px;background:#fff;color:#1a1a1a;font:16px/1.7 'Hiragino Sans','Noto Sans JP',Meiryo,sans-serif">
${body.join('\n')}
<hr style="border:0;border-top:1px solid #ddd;margin:32px 0 16px"><p style="font-size:13px;color:#555">Minato</p>
</div></body></html>
`
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
