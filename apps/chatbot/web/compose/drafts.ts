/** What was typed and not sent, for as long as the page lives; 'new' is no conversation yet. */
const drafts = new Map<string, string>()

export function readDraft(key: string): string {
  return drafts.get(key) ?? ''
}

export function keepDraft(key: string, text: string): void {
  if (text === '') drafts.delete(key)
  else drafts.set(key, text)
}
