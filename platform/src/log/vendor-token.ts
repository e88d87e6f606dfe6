/**
 * A key that can be told by its own shape. `literals` are what the one scan over the line looks for (in any case of
 * letters); `pattern` must then match from the literal's first character. Shapes are those the vendors publish; lengths
 * are lower bounds where vendors lengthen them without notice. Every quantifier runs over one simple class, so that
 * matching is linear.
 */
export type VendorToken = {
  literals: string[]
  pattern: RegExp
  /** Bits a character below which the match is a placeholder such as `ghp_xxxx`. */
  minEntropy: number
  /** How many characters before the literal the key begins; more when it is the middle of the key that is known. */
  lead: number
  /** Which characters may not stand before the key: none, those of a word, or also those of base64. */
  edge: 'open' | 'word' | 'base64'
  /** Samples in alphabetical order pass. */
  notSequence: boolean
}

export type VendorTokenOptions = Partial<Omit<VendorToken, 'literals' | 'pattern'>>

/** One row of the tables: literals separated by blanks, the shape, and what differs from the usual. */
export function vendorToken(
  literals: string,
  pattern: RegExp,
  options: VendorTokenOptions = {},
): VendorToken {
  return {
    literals: literals.split(' '),
    pattern: new RegExp(pattern.source, `${pattern.flags}y`),
    minEntropy: options.minEntropy ?? 2.5,
    lead: options.lead ?? 0,
    edge: options.edge ?? 'word',
    notSequence: options.notSequence ?? false,
  }
}
