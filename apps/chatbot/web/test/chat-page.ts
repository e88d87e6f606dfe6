import type { Locator, Page } from 'playwright-core'

/** The chat as a person's hands know it. */
export function chatPage(page: Page) {
  const field = page.locator('textarea[aria-describedby]').last()
  const answers = page.locator('article[data-state]')
  const lastAnswer = answers.last()
  return {
    field,
    answers,
    lastAnswer,
    questions: page.locator('article[data-message]:not([data-state])'),
    thread: page.locator('[data-thread]'),
    /** Types and presses Enter. */
    async ask(text: string): Promise<void> {
      await field.fill(text)
      await field.press('Enter')
    },
    /** The last answer has ended; what it says. */
    async answered(state = 'done'): Promise<string> {
      await page.locator(`article[data-state="${state}"]`).last().waitFor()
      await page.waitForFunction(
        (wanted) =>
          [...document.querySelectorAll('article[data-state]')]
            .at(-1)
            ?.getAttribute('data-state') === wanted,
        state,
      )
      return await lastAnswer.innerText()
    },
    button: (name: string | RegExp, within: Page | Locator = page): Locator =>
      within.getByRole('button', { name }),
    /** Types with the Japanese input method and ends the conversion with Enter. */
    async convert(typed: string, converted: string): Promise<void> {
      await field.click()
      const input = await page.context().newCDPSession(page)
      const end = typed.length
      await input.send('Input.imeSetComposition', {
        ...{ text: typed, selectionStart: end, selectionEnd: end },
      })
      const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 }
      await input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter })
      await input.send('Input.insertText', { text: converted })
      await input.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter })
    },
    /** On the page of prompts: makes one. */
    async makePrompt(act: string, name: string, text: string): Promise<void> {
      await page.getByRole('button', { name: act }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('名前').fill(name)
      await dialog.getByLabel('本文').fill(text)
      await dialog.getByRole('button', { name: '保存' }).click()
      await dialog.waitFor({ state: 'detached' })
      await page.getByText(name).first().waitFor()
    },
    /** Puts a file on the clipboard's way into the field, as pasting a screenshot does. */
    async paste(name: string, type: string, base64: string): Promise<void> {
      await field.evaluate(
        (element, file) => {
          const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0))
          const data = new DataTransfer()
          data.items.add(new File([bytes], file.name, { type: file.type }))
          element.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
          )
        },
        { name, type, base64 },
      )
    },
    /** Drops files on the conversation. */
    async drop(files: { name: string; type: string; text: string }[]): Promise<void> {
      const transfer = await page.evaluateHandle((given) => {
        const data = new DataTransfer()
        for (const { name, type, text } of given) data.items.add(new File([text], name, { type }))
        return data
      }, files)
      await field.dispatchEvent('dragenter', { dataTransfer: transfer })
      await field.dispatchEvent('drop', { dataTransfer: transfer })
    },
  }
}

/** A green square, 16 by 16. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mNQyrQnCTGMahjVMHw1AABIK8oB8HIbVAAAAABJRU5ErkJggg=='
