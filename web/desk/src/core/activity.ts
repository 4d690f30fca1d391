/** Tells the gateway that somebody sits here: the session of a desk that nobody uses ends. */

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;
/** Least time between two signs that are told. Milliseconds; the gateway counts in minutes. */
const PAUSE = 60_000;

/** Watches a page until the function that it returns is called. A sign that could not be told is followed by another. */
export function watchActivity(page: EventTarget, tell: () => Promise<void>, now: () => number): () => void {
  let told = -Infinity;
  const note = (): void => {
    if (now() - told < PAUSE) return;
    told = now();
    tell().catch(() => undefined);
  };
  for (const sign of SIGNS) page.addEventListener(sign, note, { capture: true, passive: true });
  return () => {
    for (const sign of SIGNS) page.removeEventListener(sign, note, { capture: true });
  };
}
