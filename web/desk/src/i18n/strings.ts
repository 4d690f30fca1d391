/** What the desk says. */

import { fill } from '@uwallet/shared/fill.ts';
import texts from './zh-CN.json';

export const t = texts;
export { fill };

/** Returns the name of something that the gateway names by a code; the code itself if it has no name here. */
export function nameOf(names: Record<string, string>, code: string | null | undefined): string {
  return (code ? names[code] : undefined) ?? code ?? '';
}
