import { describe, expect, it, vi } from 'vitest';
import { fitting, type Drawable } from '../../src/core/shrink.ts';

const LIMITS = { max_length: 10, attachment_bytes: 5_000_000, attachment_types: ['image/jpeg', 'image/png'] };

const file = (bytes: number, type = 'image/jpeg', name = 'IMG_1.HEIC.png'): File =>
  new File([new Uint8Array(bytes)], name, { type });

/** A picture of this size, which needs `bytes` per pixel when it is drawn. */
function opens(width: number, height: number, bytes = 0.3) {
  const scales: number[] = [];
  const release = vi.fn();
  const picture: Drawable = {
    width,
    height,
    draw: (scale) => {
      scales.push(scale);
      const size = Math.round(width * scale * height * scale * bytes);
      return Promise.resolve(new Blob([new Uint8Array(size)], { type: 'image/jpeg' }));
    },
    release,
  };
  return { open: vi.fn(() => Promise.resolve(picture)), scales, release };
}

describe('a picture', () => {
  it('that is small is sent untouched, without being opened', async () => {
    const { open } = opens(10, 10);
    const small = file(1000);
    expect(await fitting(small, LIMITS, open)).toBe(small);
    expect(open).not.toHaveBeenCalled();
  });

  it('of a large photo shrinks, and is let go of', async () => {
    const { open, scales, release } = opens(4000, 3000);
    const taken = (await fitting(file(4_900_000), LIMITS, open)) as File;
    expect(scales).toHaveLength(1);
    expect(4000 * 3000 * (scales[0] ?? 0) ** 2).toBeCloseTo(5_000_000);
    expect([taken.name, taken.type]).toEqual(['IMG_1.HEIC.jpg', 'image/jpeg']);
    expect(taken.size).toBeLessThan(2_000_000);
    expect(release).toHaveBeenCalledOnce();
  });

  it('of a long screenshot keeps its letters', async () => {
    const long = file(2_000_000, 'image/png');
    expect(await fitting(long, LIMITS, opens(1080, 12_000).open)).toBe(long);
  });

  it('shrinks until the gateway takes it, and is refused where it never does', async () => {
    const few = { ...LIMITS, attachment_bytes: 500_000 };
    const { open, scales } = opens(3000, 3000, 0.2);
    expect((await fitting(file(900_000), few, open)) as File).toBeInstanceOf(File);
    expect(scales.length).toBeGreaterThan(1);
    expect(await fitting(file(900_000), few, opens(3000, 3000, 4).open)).toBe('too_large');
  });

  it('of a kind that the gateway does not take is drawn as one that it does', async () => {
    expect(((await fitting(file(1000, 'image/gif'), LIMITS, opens(100, 100).open)) as File).type).toBe('image/jpeg');
  });

  it('that this browser cannot open goes as it is, or is refused for what it is', async () => {
    const cannot = () => Promise.reject(new Error('InvalidStateError'));
    const photo = file(3_000_000);
    expect(await fitting(photo, LIMITS, cannot)).toBe(photo);
    expect(await fitting(file(1000, 'image/gif'), LIMITS, cannot)).toBe('wrong_type');
  });

  it('is no drawing, which could hold a script', async () => {
    const { open } = opens(10, 10);
    expect(await fitting(file(10, 'image/svg+xml'), LIMITS, open)).toBe('wrong_type');
    expect(open).not.toHaveBeenCalled();
  });

  it('that would only grow stays', async () => {
    const photo = file(500_000);
    expect(await fitting(photo, LIMITS, opens(4000, 3000).open)).toBe(photo);
  });
});
