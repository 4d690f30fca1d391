/** Which characters the user reads. */

export type Language = 'zh-CN' | 'zh-TW';

const TRADITIONAL = /^zh[-_](tw|hk|mo|hant)/i;

/** Returns the language that the site asks for, else the first Chinese one of the browser, else simplified Chinese. */
export function chooseLanguage(wanted: string | undefined, preferred: readonly string[]): Language {
  const language = wanted ?? preferred.find((candidate) => /^zh/i.test(candidate)) ?? '';
  return TRADITIONAL.test(language) ? 'zh-TW' : 'zh-CN';
}
