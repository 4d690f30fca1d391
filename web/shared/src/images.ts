/** Which files are worth uploading. The gateway checks again and knows better; this saves the wait for a refusal. */

import type { Limits } from './protocol.gen.ts';

/** Pictures that are taken at once. */
export const MAX_IMAGES = 3;

export type ImageProblem = 'wrong_type' | 'too_large';

/** Returns why a file cannot be sent, or null. */
export function imageProblem(file: { type: string; size: number; name: string }, limits: Limits): ImageProblem | null {
  // Desktop browsers do not know the type of an iPhone's pictures.
  const type = file.type || `image/${/\.(hei[cf])$/i.exec(file.name)?.[1]?.toLowerCase() ?? ''}`;
  if (!limits.attachment_types.includes(type)) return 'wrong_type';
  return file.size > limits.attachment_bytes ? 'too_large' : null;
}

/** Returns bytes as people read them, such as `5 MB`. */
export function describeSize(bytes: number): string {
  const megabytes = bytes / (1024 * 1024);
  return megabytes >= 1 ? `${Math.floor(megabytes * 10) / 10} MB` : `${Math.floor(bytes / 1024)} KB`;
}

/** Returns types as people know them, such as `JPEG、PNG`. */
export function describeTypes(types: readonly string[], separator: string): string {
  return types.map((type) => type.replace(/^image\//, '').toUpperCase()).join(separator);
}
