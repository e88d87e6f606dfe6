import PostalMime, { type Address, type Email } from 'postal-mime'

type MailHeader = { name: string; value: string }
type MailAttachment = {
  index: number
  filename: string | null
  mediaType: string
  disposition: string | null
  contentId: string | null
  byteLength: number
}

export type ParsedMail = {
  subject: string
  from: string
  to: string
  messageId: string | null
  headers: MailHeader[]
  text: string
  html: string | null
  attachments: (MailAttachment & { content: Buffer })[]
}

/** Reads a message as a mail program would show it. */
export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  const email = await PostalMime.parse(new Uint8Array(raw))
  return {
    subject: email.subject ?? '',
    from: email.from ? formatAddress(email.from) : '',
    to: (email.to ?? []).map(formatAddress).join(', '),
    messageId: email.messageId ?? null,
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    text: email.text ?? '',
    html: email.html ?? null,
    attachments: email.attachments.map(attachmentOf),
  }
}

function attachmentOf(attachment: Email['attachments'][number], index: number) {
  const content =
    typeof attachment.content === 'string'
      ? Buffer.from(attachment.content, attachment.encoding === 'base64' ? 'base64' : 'utf8')
      : Buffer.from(new Uint8Array(attachment.content))
  return {
    index,
    filename: attachment.filename,
    mediaType: attachment.mimeType,
    disposition: attachment.disposition,
    contentId: attachment.contentId ?? null,
    byteLength: content.length,
    content,
  }
}

function formatAddress(address: Address): string {
  if (address.group) return address.group.map(formatAddress).join(', ')
  return address.name ? `${address.name} <${address.address}>` : address.address
}
