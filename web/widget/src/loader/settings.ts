/** Reads what a page says about the widget in the attributes of its script tag. */

import { chooseLanguage } from '../i18n/language.ts';
import type { Settings } from '../interface.ts';

/** Trust rather than excitement; white on it has a contrast of 6:1. */
export const DEFAULT_COLOR = '#2456e6';

/** Returns `#rrggbb` for `#rgb` and `#rrggbb`, else null. */
export function readColor(value: string | undefined): string | null {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(value?.trim() ?? '')?.[1];
  if (digits === undefined) return null;
  const six = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  return `#${six.toLowerCase()}`;
}

/** Returns the contrast of white on a colour `#rrggbb`, from 1 to 21 (WCAG 2). */
export function contrastOfWhite(color: string): number {
  // The exact curve of sRGB differs by less than what would turn a colour from one side to the other.
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(
    (start) => (parseInt(color.slice(start, start + 2), 16) / 255) ** 2.2,
  );
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

/**
 * Reads the settings.
 *
 * @param attributes `data-*` of the script tag.
 * @param script Address of the script; the gateway is where it lies.
 * @param query Query of the page, which stands in for the attributes in full-page mode.
 * @param languages Languages of the browser, the preferred one first.
 */
export function readSettings(
  attributes: Record<string, string | undefined>,
  script: string,
  query: URLSearchParams,
  languages: readonly string[],
): Settings {
  const page = attributes.mode === 'page';
  const value = (name: string): string | undefined => attributes[name] ?? (page ? query.get(name) : null) ?? undefined;
  return {
    site: value('site') ?? '',
    base: new URL('.', script).href,
    language: chooseLanguage(value('lang'), languages),
    mode: page ? 'page' : 'window',
    value,
    teaser: value('teaser') ?? '',
    position: value('position') === 'left' ? 'left' : 'right',
    color: readColor(value('color')) ?? DEFAULT_COLOR,
    title: value('title') ?? null,
    launcher: value('launcher') !== 'hidden' && !page,
  };
}
