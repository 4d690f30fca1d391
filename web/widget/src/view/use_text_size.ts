/** How large text is: the browser's font size, times the user's choice, times what the page zooms. */

import { useLayoutEffect, useState } from 'preact/hooks';
import type { SiteStorage } from '../core/storage.ts';

export type TextSize = 'standard' | 'large' | 'largest';

const SCALES: Record<TextSize, number> = { standard: 1, large: 1.2, largest: 1.45 };
const SIZES = Object.keys(SCALES) as TextSize[];

/** What browsers call medium unless the user has changed it. Pixels. */
const USUAL = 16;

/** Returns the zoom that the page has around an element, by CSS. */
function zoomAround(element: HTMLElement): number {
  const { currentCSSZoom } = element as { currentCSSZoom?: number };
  return currentCSSZoom ?? (Number(getComputedStyle(document.documentElement).zoom) || 1);
}

/** The size that the user has chosen, else `elder` says the first; and what chooses the next one. */
export function useTextSize(
  element: HTMLElement,
  frame: { current: HTMLElement | null },
  storage: SiteStorage,
  elder: boolean,
  open: boolean,
): [size: TextSize, next: () => void] {
  const read = (): TextSize | undefined => SIZES.find((size) => size === storage.read('text_size'));
  const [chosen, setChosen] = useState(read);
  const size = chosen ?? (elder ? 'large' : 'standard');
  useLayoutEffect(() => {
    const container = frame.current?.parentElement;
    if (!container || !open) return;
    const apply = (): void => {
      // The host's font size is the browser's: nothing of the page's reaches it. A page's rem may be anything.
      const usual = parseFloat(getComputedStyle(element).fontSize) / USUAL || 1;
      const zoom = zoomAround(element);
      // Lengths of the viewport do not zoom, so a zoomed window would leave the screen; the text is to be as large all the same.
      container.style.zoom = zoom === 1 ? '' : String(1 / zoom);
      container.style.setProperty('--u', `${usual * zoom * SCALES[size]}px`);
      container.dataset.size = size;
    };
    apply();
    window.addEventListener('resize', apply);
    return () => window.removeEventListener('resize', apply);
  }, [element, frame, size, open]);
  const next = (): void => {
    const following = SIZES[(SIZES.indexOf(size) + 1) % SIZES.length] ?? 'standard';
    storage.write('text_size', following);
    setChosen(following);
  };
  return [size, next];
}
