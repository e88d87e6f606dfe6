import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import type { Finding, Visit } from './walk.ts'

/** All pictures of a walk on one page, each with its findings; also as PNG, to be looked at. */
export async function writeContactSheet(
  browser: Browser,
  folder: string,
  visits: readonly Visit[],
  findings: readonly Finding[],
): Promise<string> {
  const html = join(folder, 'index.html')
  await writeFile(html, sheetHtml(visits, findings))
  const page = await browser.newPage({ viewport: { width: 1800, height: 1200 } })
  try {
    await page.goto(pathToFileURL(html).href)
    const png = join(folder, 'sheet.png')
    await page.screenshot({ path: png, fullPage: true })
    return html
  } finally {
    await page.close()
  }
}

function sheetHtml(visits: readonly Visit[], findings: readonly Finding[]): string {
  const figures = visits.map((visit) => {
    const own = findings.filter((finding) => finding.visit === visit.id)
    const list = own.map(({ kind, detail }) => `<li>${kind}: ${escapeHtml(detail)}</li>`).join('')
    const image = encodeURIComponent(basename(visit.picture))
    return `<figure class="${own.length > 0 ? 'bad' : ''}"><a href="${image}"><img src="${image}"
      width="${visit.width < 768 ? 150 : 420}" alt=""></a><figcaption>${escapeHtml(visit.id)}
      <ul>${list}</ul></figcaption></figure>`
  })
  return `<!doctype html><meta charset="utf-8"><title>Walk</title><style>
    body { font: 13px system-ui; margin: 16px; background: #eee }
    main { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start }
    figure { margin: 0; padding: 8px; background: #fff; max-width: 420px }
    .bad { outline: 3px solid #c00 } img { display: block; max-height: 520px; object-fit: cover;
    object-position: top; border: 1px solid #ccc } ul { margin: 4px 0; padding-left: 16px; color: #a00 }
    </style><h1>${visits.length} pages, ${findings.length} findings</h1><main>${figures.join('')}</main>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
