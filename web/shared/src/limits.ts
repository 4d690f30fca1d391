/** What a client may send. */

import type { Limits } from './protocol.gen.ts';

/** What holds until the gateway has told its limits. */
export const DEFAULT_LIMITS: Limits = {
  max_length: 2000,
  attachment_bytes: 5 * 1024 * 1024,
  attachment_types: ['image/jpeg', 'image/png', 'image/webp'],
};
