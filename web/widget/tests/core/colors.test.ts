import { describe, expect, it } from 'vitest';
import { contrast, palette } from '../../src/core/colors.ts';

describe('palette', () => {
  it.each(['#2456e6', '#07c160', '#ff6200', '#ffeb3b', '#000000', '#ffffff', '#808080', '#e60012'])(
    'keeps text readable with %s',
    (color) => {
      const colors = palette(color);
      expect(contrast(colors['--on-brand'] ?? '', colors['--brand-fill'] ?? '')).toBeGreaterThanOrEqual(4.5);
      for (const [theme, surface] of [
        ['light', '#eef2fb'],
        ['dark', '#242c40'],
      ] as const) {
        const text = colors[`--brand-text-${theme}`] ?? '';
        expect(contrast(text, surface)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(text, colors[`--brand-soft-${theme}`] ?? '')).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it('leaves a colour alone that is readable already', () => {
    expect(palette('#2456e6')['--brand-fill']).toBe('#2456e6');
  });
});
