/** The part of a phone's screen that the keyboard leaves. */

import { useEffect, useState } from 'preact/hooks';

/** Where the window fills the screen; the same as in styles/window.less. */
export const FILLS = '(max-width: 480px), (max-height: 480px)';

/** Whether a media query holds. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const media = window.matchMedia(query);
    const update = (): void => setMatches(media.matches);
    update();
    // Safari before 14 has none; it then keeps what it started with.
    if (!('addEventListener' in media)) return;
    media.addEventListener('change', update);
    return () => media.removeEventListener('change', update);
  }, [query]);
  return matches;
}

/** Keeps `--view-height` and `--view-top` of an element at what is visible, in pixels, while it is shown. */
export function useVisualViewport(element: HTMLElement, shown: boolean): void {
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!viewport || !shown) return;
    const update = (): void => {
      element.style.setProperty('--view-height', `${viewport.height}px`);
      element.style.setProperty('--view-top', `${Math.max(0, viewport.offsetTop)}px`);
    };
    update();
    viewport.addEventListener('resize', update);
    viewport.addEventListener('scroll', update);
    return () => {
      viewport.removeEventListener('resize', update);
      viewport.removeEventListener('scroll', update);
    };
  }, [element, shown]);
}
