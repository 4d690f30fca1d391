/** Reads answers aloud, where the browser has a Chinese voice. */

import { splitText } from '@uwallet/shared/rich_text.ts';
import { Store } from '@uwallet/shared/store.ts';

export interface Speaking {
  /** There is a voice for it. */
  possible: boolean;
  /** Id of the message that is read. */
  message: number | null;
}

/** What is longer is read in parts: Chrome stops within long ones. */
const PART = /[^。！？!?\n]{1,120}[。！？!?\n]*/g;

/** Returns what is read out: without marks and addresses, and numbers' masks as a word. */
export function spokenParts(text: string, masked: string): string[] {
  const plain = splitText(text, true)
    .map((part) => (part.type === 'link' && /^https?:/.test(part.text) ? '' : part.text))
    .join('');
  return (plain.replace(/[*＊]{2,}/g, masked).match(PART) ?? [])
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** One voice for the window; another message takes it over. */
export class Speaker {
  readonly state = new Store<Speaking>({ possible: false, message: null });
  private run = 0;

  constructor(
    private readonly language: () => string,
    private readonly masked: () => string,
    private readonly synthesis: SpeechSynthesis | undefined = (window as Partial<Window>).speechSynthesis,
  ) {
    // Browsers find their voices after a while.
    this.events?.addEventListener?.('voiceschanged', this.look);
    this.look();
  }

  /** Reads a message, or stops reading it. */
  toggle(message: number, text: string): void {
    const stops = this.state.get().message === message;
    this.stop();
    if (stops || !this.synthesis) return;
    const run = this.run;
    const parts = spokenParts(text, this.masked());
    parts.forEach((part, index) => {
      const utterance = new SpeechSynthesisUtterance(part);
      utterance.lang = this.language();
      utterance.voice = this.voice() ?? null;
      const finish = (): void => {
        if (run === this.run) this.state.set({ message: null });
      };
      if (index === parts.length - 1) utterance.onend = finish;
      utterance.onerror = finish;
      this.synthesis?.speak(utterance);
    });
    if (parts.length > 0) this.state.set({ message });
  }

  stop(): void {
    this.run += 1;
    this.synthesis?.cancel();
    this.state.set({ message: null });
  }

  end(): void {
    this.stop();
    this.events?.removeEventListener?.('voiceschanged', this.look);
  }

  /** Safari before 16 tells of no events. */
  private get events(): Partial<EventTarget> | undefined {
    return this.synthesis;
  }

  private readonly look = (): void => this.state.set({ possible: this.voice() !== undefined });

  /** The voice of the window's own region, if there is one. */
  private voice(): SpeechSynthesisVoice | undefined {
    const voices = (this.synthesis?.getVoices() ?? []).filter(({ lang }) => /^(zh|cmn)/i.test(lang));
    return voices.find(({ lang }) => lang.replace('_', '-') === this.language()) ?? voices[0];
  }
}
