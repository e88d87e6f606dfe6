/** What people call a type; the same words in both languages. */
const NAMES: Record<string, string> = {
  'application/pdf': 'PDF',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word (.docx)',
  'application/json': 'JSON',
  'application/zip': 'ZIP',
  'image/png': 'PNG',
  'image/jpeg': 'JPEG',
  'image/webp': 'WebP',
  'image/gif': 'GIF',
  'image/svg+xml': 'SVG',
  'text/html': 'HTML',
  'text/plain': 'TXT',
  'text/markdown': 'Markdown (.md)',
  'text/csv': 'CSV',
  'text/tab-separated-values': 'TSV',
}

/** A type's name for people; a type without one stands for itself. */
export function typeName(contentType: string): string {
  return NAMES[contentType] ?? contentType
}
