/** The better of the two languages for an Accept-Language header; English when it names neither. */
export function localeOf(acceptLanguage: string | undefined): 'ja' | 'en' {
  if (acceptLanguage === undefined) return 'en'
  const weighted = acceptLanguage.split(',').map((item) => {
    const [tag = '', quality] = item.trim().split(/;\s*q=/)
    return { language: tag.slice(0, 2).toLowerCase(), quality: Number(quality ?? 1) || 0 }
  })
  const best = weighted
    .filter(({ language }) => language === 'ja' || language === 'en')
    .sort((a, b) => b.quality - a.quality)[0]
  return best?.language === 'ja' ? 'ja' : 'en'
}
