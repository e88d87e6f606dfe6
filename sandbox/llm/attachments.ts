import type { Attachment, ChatMessage } from './chat-request.ts'
import type { Language } from './language.ts'
import { readPdfPages } from './pdf-text.ts'

const TEXT_TYPE = /^text\/|\/(?:json|xml|csv|markdown)$/

/** Turns files into marked text, once, so that the rest of the stand-in reads only text. */
export async function withFilesAsText(messages: ChatMessage[]): Promise<ChatMessage[]> {
  if (!messages.some((message) => message.attachments.some(isFile))) return messages
  return await Promise.all(
    messages.map(async (message) => {
      const texts = await Promise.all(message.attachments.filter(isFile).map(fileAsText))
      return { ...message, texts: [...texts.filter((text) => text !== null), ...message.texts] }
    }),
  )
}

type FileAttachment = Extract<Attachment, { kind: 'file' }>
const isFile = (attachment: Attachment): attachment is FileAttachment => attachment.kind === 'file'

async function fileAsText(file: FileAttachment): Promise<string | null> {
  const head = `<<<file name="${file.name.replaceAll('"', "'")}">>>`
  if (TEXT_TYPE.test(file.mediaType)) {
    return `${head}\n${file.bytes.toString('utf8')}\n<<<end>>>`
  }
  if (file.mediaType !== 'application/pdf') return null
  const pages = await readPdfPages(file.bytes)
  if (!pages?.some((page) => page.trim() !== '')) return null
  return `${head}\n${pages.map((page, i) => `[page ${i + 1}]\n${page}`).join('\n')}\n<<<end>>>`
}

export function describeAttachments(attachments: Attachment[], language: Language): string {
  return attachments.map((attachment) => `- ${describe(attachment, language)}`).join('\n')
}

function describe(attachment: Attachment, language: Language): string {
  if (attachment.kind === 'image') {
    const { mediaType, width, height, byteLength } = attachment
    const size = formatBytes(byteLength)
    return language === 'ja'
      ? `画像: ${mediaType}, ${width}×${height}ピクセル, ${size}`
      : `Image: ${mediaType}, ${width}×${height} pixels, ${size}`
  }
  const size = formatBytes(attachment.bytes.length)
  return language === 'ja'
    ? `ファイル: ${attachment.name}(${attachment.mediaType}, ${size})`
    : `File: ${attachment.name} (${attachment.mediaType}, ${size})`
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** What pictures cost: 85 tokens and 170 for each tile of 512 pixels, as published for vision. */
export function attachmentTokens(attachment: Attachment): number {
  if (attachment.kind === 'file') return 0
  return 85 + 170 * Math.ceil(attachment.width / 512) * Math.ceil(attachment.height / 512)
}
