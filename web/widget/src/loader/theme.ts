/** Light or dark, on the host element, so that all styles inside follow. */

/** Keeps `data-theme` of the element at what the page wants, or at what the system prefers; returns what ends that. */
export function followTheme(element: HTMLElement, wanted: () => string | undefined): { (): void; show: () => void } {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const show = (): void => {
    const theme = wanted();
    element.dataset.theme = theme === 'light' || theme === 'dark' ? theme : dark.matches ? 'dark' : 'light';
  };
  show();
  // Safari before 14 has no addEventListener here; it then keeps what it started with.
  const changes: Partial<MediaQueryList> = dark;
  changes.addEventListener?.('change', show);
  const end = (): void => changes.removeEventListener?.('change', show);
  return Object.assign(end, { show });
}
