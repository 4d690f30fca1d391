/** Whether somebody can be reached under what the user has typed. The gateway has the last word; this spares a round trip. */

/** Digits of a telephone number, the country's included (ITU-T E.164). */
const MOST_DIGITS = 15;

/** The shortest number of a landline without its area code. */
const FEWEST_DIGITS = 7;

/** Digits of a mobile number of the mainland. */
const MOBILE_DIGITS = 11;

export type ContactProblem = { kind: 'empty' | 'unclear' } | { kind: 'mobile_length'; count: number };

/** Returns what the user meant to type: full-width characters as narrow ones, the Chinese full stop of an address as a dot. */
export function tidyContact(contact: string): string {
  const tidy = contact.normalize('NFKC').trim();
  return tidy.includes('@') ? tidy.replace(/\s+/g, '').replace(/。/g, '.') : tidy;
}

/** Returns what is wrong with a telephone number or e-mail address that was made tidy, or null. */
export function contactProblem(contact: string): ContactProblem | null {
  if (contact === '') return { kind: 'empty' };
  if (contact.includes('@')) {
    return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(contact) ? null : { kind: 'unclear' };
  }
  if (!/^\+?[\d\s().-]+$/.test(contact)) return { kind: 'unclear' };
  const digits = contact.replace(/\D/g, '');
  if (/^1[3-9]/.test(digits) && !contact.startsWith('+') && digits.length !== MOBILE_DIGITS) {
    return { kind: 'mobile_length', count: digits.length };
  }
  return digits.length >= FEWEST_DIGITS && digits.length <= MOST_DIGITS ? null : { kind: 'unclear' };
}
