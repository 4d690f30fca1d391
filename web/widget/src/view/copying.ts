/** Puts text into the clipboard. */

/** Returns whether it is there. `near` is an element of the same root, for browsers that let pages copy only what is marked. */
export async function copyText(text: string, near: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // An address without HTTPS, a WebView, or a browser that asks first.
    return copyMarked(text, near);
  }
}

function copyMarked(text: string, near: Element): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.className = 'only-read';
  const root = near.getRootNode() as ShadowRoot | Document;
  const focused = root.activeElement as HTMLElement | null;
  near.parentElement?.append(area);
  area.select();
  let copied: boolean;
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way where the clipboard is closed to pages
    copied = document.execCommand('copy');
  } catch {
    copied = false;
  }
  area.remove();
  focused?.focus({ preventScroll: true });
  return copied;
}
