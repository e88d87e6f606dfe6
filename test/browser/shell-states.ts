import type { Page } from 'playwright-core'
import type { Route } from '../../web/test/walk.ts'

const USED = '#token=usedOrWrong00000000000000000000000000000000'

/** What the pages before the sign-in show when something is wrong. */
export const outsideStates: readonly Route[] = [
  { path: '/sign-in?reason=expired', name: 'sign-in-expired' },
  { path: '/sign-in', name: 'sign-in-refused', prepare: refuse, expectedErrors: /401/ },
  { path: `/setup${USED}`, name: 'setup-used' },
  { path: '/reset-password#token=any', name: 'reset-password-token' },
  { path: `/sign-up${USED}`, name: 'sign-up-used', expectedErrors: /410|404|422/ },
  { path: `/verify-email${USED}`, name: 'verify-email-used', expectedErrors: /410|404|422/ },
]

/** What opens over the pages behind it. Each is the last thing done to its page. */
export const insideStates: readonly Route[] = [
  { path: '/profile/keys', name: 'key-dialog', prepare: openKeyDialog },
  { path: '/', name: 'search', prepare: openSearch },
  { path: '/', name: 'me-menu', prepare: openMenu },
  { path: '/', name: 'notices', prepare: openNotices },
  { path: '/nowhere', name: 'not-found' },
]

async function refuse(page: Page): Promise<void> {
  await page.locator('[name=email]').fill('nobody@example.com')
  await page.locator('[name=password]').fill('not a password of anyone')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
}

async function openKeyDialog(page: Page): Promise<void> {
  await page.getByRole('button', { name: /キーを作成|Create a key/ }).click()
  await page.getByRole('dialog').waitFor()
}

async function openSearch(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.locator('[data-action]').first().waitFor()
}

async function openMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(アカウント|Your account)$/ }).click()
  await page.getByRole('menu').waitFor()
}

async function openNotices(page: Page): Promise<void> {
  await page.getByRole('button', { name: /お知らせ|Notices/ }).click()
  await page.getByRole('dialog').waitFor()
}
