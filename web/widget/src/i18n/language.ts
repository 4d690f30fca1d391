/** Which language the window speaks. The bot and agents speak Chinese in all of them. */

export type Language = 'zh-CN' | 'zh-TW' | 'en';

const TRADITIONAL = /^zh[-_](tw|hk|mo|hant)/i;

/**
 * Returns the language that the site asks for, else the first Chinese one of the browser, else English for an English browser, else
 * simplified Chinese.
 */
export function chooseLanguage(wanted: string | undefined, preferred: readonly string[]): Language {
  const language = wanted ?? preferred.find((candidate) => /^zh/i.test(candidate)) ?? preferred[0] ?? '';
  if (/^en/i.test(language)) return 'en';
  return TRADITIONAL.test(language) ? 'zh-TW' : 'zh-CN';
}
