import type { Locator, Page } from 'playwright-core'

/** The newest answer on the page, in a certain state if one is named. */
export function newestAnswer(page: Page, state?: string): Locator {
  return page.locator(`article[data-state${state === undefined ? '' : `="${state}"`}]`).last()
}

export async function typeQuestion(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: '質問', exact: true }).fill(text)
  await page.keyboard.press('Enter')
}

/** What of the answer stands on the page once it has reached so many characters. */
export async function answerSoFar(page: Page, characters: number): Promise<string> {
  const answer = newestAnswer(page, 'streaming')
  await answer.waitFor()
  for (;;) {
    const text = (await answer.textContent({ timeout: 15_000 })) ?? ''
    if (text.length >= characters) return text
    await page.waitForTimeout(50)
  }
}

/** Waits for the newest answer of that state that says `text`, and returns all it shows. */
export async function finishedAnswer(page: Page, state: string, text: string): Promise<string> {
  const answer = page.locator(`article[data-state="${state}"]`, { hasText: text }).last()
  await answer.waitFor({ timeout: 60_000 })
  return (await answer.textContent()) ?? ''
}

/** A page that has waited half a minute for its server asks; a slow start takes that long. */
export async function reconnectIfAsked(page: Page): Promise<void> {
  const asked = page.getByRole('button', { name: '再接続' })
  await asked.or(newestAnswer(page, 'interrupted')).first().waitFor({ timeout: 60_000 })
  if (await asked.isVisible()) await asked.click()
}

export function conversationIn(page: Page): string {
  const id = /\/chatbot\/([0-9a-f-]{36})$/.exec(new URL(page.url()).pathname)?.[1]
  if (id === undefined) throw new Error(`No conversation is open: ${page.url()}`)
  return id
}
