import type { Visitor } from './visitor.ts'

/** Opens the mail to `address` in the sandbox's mailbox, as an operator does, and reads it. */
export async function readMail(operator: Visitor, address: string): Promise<string> {
  const { page } = operator
  await operator.open('/operations/mail/sandbox')
  // The list looks for new mail by itself.
  await page.getByRole('row').filter({ hasText: address }).click()
  const mail = page.getByRole('article').filter({ hasText: address })
  await mail.getByText('sign-up#token=').first().waitFor()
  return (await mail.textContent()) ?? ''
}
