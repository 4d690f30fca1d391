/** Makes pictures fit before they are sent: photos of new phones are larger than the gateway takes, and than anybody needs. */

import { imageProblem, type ImageProblem } from '@uwallet/shared/images.ts';
import type { Limits } from '@uwallet/shared/protocol.gen.ts';

/** A picture that can be drawn again. */
export interface Drawable {
  width: number;
  height: number;
  /** Draws it as JPEG at a fraction of its size; null if the browser cannot. */
  draw: (scale: number) => Promise<Blob | null>;
  release: () => void;
}

/** What is smaller is sent as it is, without being looked at. Bytes. */
const SMALL = 400 * 1024;

/** Letters of a screenshot stay legible: what is no wider than a phone's screen is not made smaller. Pixels. */
const SCREEN = 1440;

/** A photo of this many pixels shows all that support can look at. */
const ENOUGH = 5_000_000;

/** Each attempt to get below the gateway's limit is this much smaller. */
const STEP = 0.75;

const ATTEMPTS = 6;

const QUALITY = 0.85;

/** What browsers draw, if any does; drawings are no pictures: they may hold scripts. */
const RASTER = /^image\/(jpeg|png|webp|gif|bmp|avif|heic|heif)$/;

/** Returns a file that the gateway takes, the same one where it does already, or why there is none. */
export async function fitting(
  file: File,
  limits: Limits,
  open: (file: Blob) => Promise<Drawable | null> = openInBrowser,
): Promise<File | ImageProblem> {
  const problem = imageProblem(file, limits);
  const drawable = RASTER.test(file.type);
  if (!drawable || (problem === null && file.size <= SMALL)) return problem ?? file;
  const picture = await open(file).catch(() => null);
  if (!picture) return problem ?? file;
  try {
    const { width, height } = picture;
    const isLarge = Math.min(width, height) > SCREEN && width * height > ENOUGH;
    if (problem === null && !isLarge) return file;
    let scale = isLarge ? Math.sqrt(ENOUGH / (width * height)) : 1;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1, scale *= STEP) {
      const drawn = await picture.draw(scale);
      if (!drawn) break;
      if (drawn.size > limits.attachment_bytes) continue;
      // It may have been compressed better than this.
      if (problem === null && drawn.size >= file.size) break;
      return new File([drawn], file.name.replace(/\.\w+$/, '') + '.jpg', { type: drawn.type });
    }
    return problem ?? file;
  } finally {
    picture.release();
  }
}

async function openInBrowser(file: Blob): Promise<Drawable | null> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  return {
    width,
    height,
    draw: (scale) =>
      new Promise((resolve) => {
        const canvas = document.createElement('canvas');
        canvas.width = Math.max(1, Math.round(width * scale));
        canvas.height = Math.max(1, Math.round(height * scale));
        const context = canvas.getContext('2d');
        if (!context) return resolve(null);
        // JPEG knows no transparency and would make it black.
        context.fillStyle = '#fff';
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.imageSmoothingQuality = 'high';
        context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        canvas.toBlob(resolve, 'image/jpeg', QUALITY);
      }),
    release: () => bitmap.close(),
  };
}
