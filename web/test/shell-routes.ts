import type { Page } from 'playwright-core'
import type { Route } from './walk.ts'

/** The pages before the sign-in; tokens are wrong where a right one would be used up. */
export const outsideRoutes: readonly (string | Route)[] = [
  '/sign-in',
  { path: '/sign-in?reason=expired', name: 'sign-in-expired' },
  { path: '/sign-in', name: 'sign-in-refused', prepare: refuse, expectedErrors: /401/ },
  '/sign-in/two-factor',
  '/setup',
  { path: '/setup#token=usedOrWrong00000000000000000000000000000000', name: 'setup-used' },
  '/forgot-password',
  { path: '/reset-password#token=any', name: 'reset-password' },
  '/reset-password',
  {
    path: '/sign-up#token=usedOrWrong00000000000000000000000000000000',
    name: 'sign-up-used',
    expectedErrors: /410|404|422/,
  },
  {
    path: '/verify-email#token=usedOrWrong00000000000000000000000000000000',
    name: 'verify-email-used',
    expectedErrors: /410|404|422/,
  },
]

/** The shell's own pages behind the sign-in, and what opens over them. */
export const insideRoutes: readonly (string | Route)[] = [
  '/',
  '/profile',
  '/profile/security',
  '/profile/sessions',
  '/profile/keys',
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
