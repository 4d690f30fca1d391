/** Light or dark, on the host element, so that all styles inside follow. */

/** Keeps `data-theme` of the element at what the page wants, or at what the system prefers. */
export function followTheme(element: HTMLElement, wanted: string | undefined): void {
  if (wanted === 'light' || wanted === 'dark') {
    element.dataset.theme = wanted;
    return;
  }
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const show = (): void => {
    element.dataset.theme = dark.matches ? 'dark' : 'light';
  };
  show();
  // Safari before 14 has no addEventListener here; it then keeps what it started with.
  if ('addEventListener' in dark) dark.addEventListener('change', show);
}
