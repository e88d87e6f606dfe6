const MIN_CHARS = 24
const MAX_CALLS = 64

/**
 * A token to plant in a system prompt: if it ever shows up in an answer, the prompt has leaked. It has no
 * fixed prefix, so that an attacker cannot ask for "everything but the canary". `random` returns any random
 * text; it is called until 24 letters and digits are there. Throws an Error when it yields too few.
 *
 * @example
 * const token = canary(() => randomBytes(16).toString('hex'))
 */
export function canary(random: () => string): string {
  let token = ''
  for (let call = 0; call < MAX_CALLS && token.length < MIN_CHARS; call++) {
    token += random()
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
  }
  if (token.length < MIN_CHARS || new Set(token).size < 6) {
    throw new Error(
      'The random source of canary() gives too little: pass one backed by randomBytes',
    )
  }
  return token.slice(0, 32)
}
