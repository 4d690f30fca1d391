import { describe, expect, it } from 'vitest';
import { contrast, palette } from '../../src/core/colors.ts';

describe('palette', () => {
  it.each(['#2456e6', '#07c160', '#ff6200', '#ffeb3b', '#000000', '#ffffff', '#808080', '#e60012'])(
    'keeps text readable with %s',
    (color) => {
      const colors = palette(color);
      expect(contrast(colors['--on-brand'] ?? '', colors['--brand-fill'] ?? '')).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colors['--brand-text-light'] ?? '', '#eef2fb')).toBeGreaterThanOrEqual(4.45);
      expect(contrast(colors['--brand-text-dark'] ?? '', '#242c40')).toBeGreaterThanOrEqual(4.45);
    },
  );

  it('leaves a colour alone that is readable already', () => {
    expect(palette('#2456e6')['--brand-fill']).toBe('#2456e6');
  });
});
