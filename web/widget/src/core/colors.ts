/** The colours that follow from the site's: readable whatever it chose (WCAG AA, 4.5:1). */

type Rgb = [red: number, green: number, blue: number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** Text on bright colours; nearly black. */
const INK: Rgb = [16, 24, 43];
/** Surfaces that coloured text stands on, in styles/tokens.less: the darkest of the light ones, the lightest of the dark. */
const LIGHT_SURFACE: Rgb = [238, 242, 251];
const DARK_SURFACE: Rgb = [36, 44, 64];

/** A little more than AA asks for, as colours are rounded. */
const READABLE = 4.55;

function read(color: string): Rgb {
  return [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16)) as Rgb;
}

function print(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

function mix(one: Rgb, other: Rgb, share: number): Rgb {
  return one.map((part, index) => part + ((other[index] ?? 0) - part) * share) as Rgb;
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns the contrast of two colours `#rrggbb`, from 1 to 21 (WCAG 2). */
export function contrast(one: string, other: string): number {
  return contrastOf(read(one), read(other));
}

function contrastOf(one: Rgb, other: Rgb): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Returns the colour, or the nearest on the way to another one that is readable on all surfaces. */
function readableOn(color: Rgb, surfaces: Rgb[], towards: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const candidate = mix(color, towards, share);
    if (surfaces.every((surface) => contrastOf(candidate, surface) >= READABLE)) return candidate;
  }
  return towards;
}

/** Returns the custom properties that the styles use, from the site's colour `#rrggbb`. */
export function palette(color: string): Record<string, string> {
  const brand = read(color);
  const onBrand = contrastOf(WHITE, brand) >= READABLE ? WHITE : INK;
  const softLight = mix(WHITE, brand, 0.08);
  const softDark = mix(DARK_SURFACE, brand, 0.22);
  return {
    '--brand': color,
    // Of the two inks one may still be too weak on a middling colour; then the surface gives way.
    '--brand-fill': print(readableOn(brand, [onBrand], onBrand === WHITE ? BLACK : WHITE)),
    '--on-brand': print(onBrand),
    '--brand-text-light': print(readableOn(brand, [LIGHT_SURFACE, softLight], BLACK)),
    '--brand-text-dark': print(readableOn(brand, [DARK_SURFACE, softDark], WHITE)),
    '--brand-soft-light': print(softLight),
    '--brand-soft-dark': print(softDark),
  };
}
