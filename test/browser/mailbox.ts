import type { Page } from 'playwright-core'
import { until } from '../until.ts'
import { fetchInPage } from './visitor.ts'

type Mails = { items: { id: string; to: string }[] }

/** Waits for a mail to `address` in the sandbox's mailbox, as an operator reads it. */
export async function readMail(operator: Page, address: string): Promise<string> {
  let id: string | undefined
  await until(`a mail to ${address}`, async () => {
    const { status, body } = await fetchInPage(operator, '/api/operations/sandbox/mail')
    if (status !== 200) throw new Error(`The mailbox answers ${status}: ${JSON.stringify(body)}`)
    id = (body as Mails).items.find(({ to }) => to.includes(address))?.id
    return id !== undefined
  })
  const { body } = await fetchInPage(operator, `/api/operations/sandbox/mail/${id}`)
  return (body as { text: string }).text
}
