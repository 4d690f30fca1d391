/** Keeps the keyboard in the window while it is open. */

const FOCUSABLE =
  'a[href], button:not(:disabled), textarea:not(:disabled), input:not([hidden]), [tabindex]:not([tabindex="-1"])';

/** Moves the focus round within `frame` at Tab and Shift+Tab on its ends. */
export function keepFocusInside(event: KeyboardEvent, frame: HTMLElement): void {
  if (event.key !== 'Tab') return;
  const stops = [...frame.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((stop) => stop.offsetParent !== null);
  const first = stops[0];
  const last = stops.at(-1);
  const active = (frame.getRootNode() as ShadowRoot).activeElement;
  const atEnd = event.shiftKey ? active === first || active === frame : active === last;
  if (!atEnd) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}
