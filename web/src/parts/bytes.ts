const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/**
 * A size as people write it: whole bytes in words (39 bytes, 39 バイト), more than that in the unit that leaves up to
 * three digits before the point (1.2 kB, 3.4 MB). A kilobyte is 1,000 bytes.
 */
export function bytesInWords(bytes: number, locale: string): string {
  let step = 0
  let value = bytes
  // What would be rounded up to 1,000 is one of the next unit.
  while (value >= 999.5 && step < UNITS.length - 1) {
    value /= 1000
    step += 1
  }
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1,
  }).format(value)
}
