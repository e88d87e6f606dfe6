import type { Browser } from 'playwright-core'

/** What stands on the three pages of {@link printJapanesePdf}; the answer is on the second. */
const PAGES = [
  ['道路土工要綱 抜粋', '第1条 この要綱は、道路土工の調査、設計、施工および維持管理に適用する。'],
  [
    '第12条 盛土の締固め',
    '路体の締固め度は最大乾燥密度の九十二パーセント以上とし、一層の仕上がり厚さは三十センチメートル以下とする。',
  ],
  ['第27条 排水', '切土のり面の湧水は、水平排水孔により速やかに排除しなければならない。'],
]

/** A PDF as an office would print it: three pages of Japanese in an embedded CID font. */
export async function printJapanesePdf(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage()
  try {
    const sections = PAGES.map(
      ([head, text]) => `<section><h1>${head}</h1><p>${text}</p></section>`,
    )
    await page.setContent(`<!doctype html><html lang="ja"><meta charset="utf-8"><style>
      body { font-family: 'Noto Sans CJK JP', 'Noto Serif CJK JP', sans-serif }
      section { break-after: page }</style>${sections.join('')}</html>`)
    return await page.pdf({ format: 'A4' })
  } finally {
    await page.close()
  }
}
