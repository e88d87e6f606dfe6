/** As file managers say it: 5 MB for 5 × 1024 × 1024 bytes. */
export function fileSize(locale: string, bytes: number): string {
  const [unit, value] =
    bytes >= 1024 * 1024
      ? (['megabyte', bytes / 1024 / 1024] as const)
      : (['kilobyte', Math.max(bytes / 1024, 0.1)] as const)
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value)
}
