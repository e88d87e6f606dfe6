import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

export type FindingKind =
  | 'missing-string'
  | 'raw-code'
  | 'sideways-scroll'
  | 'accessibility'
  | 'touch-target'
  | 'layout-shift'
  | 'console'
  | 'policy'
  | 'crash'

export type Fault = { kind: FindingKind; detail: string }

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
)

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']

/** Runs before the page's own scripts: policy violations and layout shifts are counted from there. */
export const WATCHERS = `
  globalThis.__violations = [];
  addEventListener('securitypolicyviolation', (event) => __violations.push(
    event.violatedDirective + ' ' + (event.blockedURI || '') + ' ' + (event.sample || '')));
  globalThis.__shift = 0;
  globalThis.__shifted = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) {
      __shift += entry.value;
      for (const { node } of entry.sources) if (node?.nodeType === 1)
        __shifted.push(node.tagName.toLowerCase() + '.' + String(node.className).slice(0, 50));
    }
  }).observe({ type: 'layout-shift', buffered: true });
`

/** Looks at the page as it stands, with the eyes of a reader, a thumb and a screen reader. */
export async function inspectPage(
  page: Page,
  width: number,
  rules: 'all' | 'colours',
): Promise<Fault[]> {
  const seen = (await page.evaluate(SEEN)) as Record<FindingKind, string[]>
  const faults = Object.entries(seen).flatMap(([kind, details]) =>
    details.map((detail) => ({ kind: kind as FindingKind, detail })),
  )
  if (width < 768 && rules === 'all')
    for (const detail of (await page.evaluate(SMALL_TARGETS)) as string[])
      faults.push({ kind: 'touch-target', detail })
  return [...faults, ...(await axe(page, rules))]
}

/** By the debugger's door, not a script tag: the page's policy stays as strict as it is. */
async function axe(page: Page, rules: 'all' | 'colours'): Promise<Fault[]> {
  const runOnly = rules === 'all' ? STANDARDS : ['color-contrast', 'link-in-text-block']
  await page.evaluate(`if (typeof axe === 'undefined') { ${axeSource} }`)
  const violations = (await page.evaluate(`axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ${JSON.stringify(runOnly)},
  }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map((node) =>
      node.target.join(' ') + ' (' + node.any.concat(node.all, node.none)
        .map((check) => check.message).join('; ').slice(0, 160) + ')').join(' | ')))`)) as string[]
  return violations.map((detail) => ({ kind: 'accessibility' as const, detail }))
}

const SEEN = `(() => {
  const found = { 'missing-string': [], 'raw-code': [], 'sideways-scroll': [], 'layout-shift': [], policy: [] };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (text === '' || element.closest('script, style, noscript, template')) continue;
    if (/⟦|\\bundefined\\b|\\bNaN\\b|\\[object |Invalid Date/.test(text)) found['missing-string'].push(text.slice(0, 80));
    if (element.closest('code, pre, kbd, samp, [data-reason-code], [data-raw], textarea')) continue;
    if (/\\{\\w+\\}/.test(text)) found['missing-string'].push(text.slice(0, 80));
    const code = /\\b[A-Z]{2,}(?:_[A-Z0-9]+)+\\b/.exec(text);
    if (code) found['raw-code'].push(code[0]);
  }
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth + 1) {
    const wide = [...document.body.querySelectorAll('*')].find((element) =>
      element.getBoundingClientRect().right > root.clientWidth + 1);
    found['sideways-scroll'].push(root.scrollWidth + ' px wide' + (wide ? ' by ' + wide.tagName.toLowerCase() +
      '.' + String(wide.className.baseVal ?? wide.className).slice(0, 60) : ''));
  }
  if (globalThis.__shift > 0.1) found['layout-shift'].push(__shift.toFixed(3) + ' by ' + __shifted.slice(0, 4).join(', '));
  found.policy = [...(globalThis.__violations ?? [])];
  return found;
})()`

/** Links inside a sentence are exempt (WCAG 2.5.8), and what nobody sees. */
const SMALL_TARGETS = `(() => {
  const small = [];
  const selector = 'a[href], button, input:not([type=hidden]), select, [role=button], [role=menuitem], [role=tab]';
  for (const element of document.querySelectorAll(selector)) {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (style.display === 'inline' || style.visibility === 'hidden' || box.width < 2 || box.height < 2) continue;
    if (style.clipPath !== 'none' || element.closest('[aria-hidden=true], [data-print=none][hidden]')) continue;
    if (element.matches(':disabled')) continue;
    const field = element.closest('label, [class*=Input-wrapper], [class*=PasswordInput-input], [data-touch]') ?? element;
    const parts = [field, ...(element.labels ?? [])].map((part) => part.getBoundingClientRect().height);
    const height = Math.max(box.height, ...parts);
    if (height < 43.5) small.push(element.tagName.toLowerCase() + ' “' +
      (element.getAttribute('aria-label') || element.textContent || element.name || '').trim().slice(0, 30) +
      '” ' + Math.round(box.width) + '×' + Math.round(height));
  }
  return small;
})()`
