/** The part of a phone's screen that the keyboard leaves. */

import { useEffect } from 'preact/hooks';

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
