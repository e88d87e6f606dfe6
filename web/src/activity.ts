const QUIET_MS = 5 * 60_000
let lastActAt = Date.now()

for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart'])
  addEventListener(event, () => (lastActAt = Date.now()), { passive: true, capture: true })

/**
 * Whether somebody is there. What the page asks for by itself must stop when nobody is: it would
 * keep the session alive past its idle limit.
 */
export function somebodyIsHere(): boolean {
  return document.visibilityState === 'visible' && Date.now() - lastActAt < QUIET_MS
}
