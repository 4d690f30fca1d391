/** Drawing the agent's attention: a tone, the page's title, the browser's notifications. */

import { fill } from '@uwallet/shared/fill.ts';

export type Tone = 'message' | 'waiting' | 'urgent';

/** Notes of each tone: start in seconds, frequency in hertz. */
const TONES: Record<Tone, readonly (readonly [number, number])[]> = {
  message: [[0, 784]],
  waiting: [
    [0, 660],
    [0.13, 880],
  ],
  urgent: [
    [0, 880],
    [0.16, 880],
    [0.32, 1175],
  ],
};

/** Tones closer together than this are one. Milliseconds. */
const TONE_INTERVAL = 1_500;

/** How long a context goes on after what may still sound. Milliseconds. */
const REST_AFTER = 2_000;

/**
 * Plays tones. Browsers let a page make sounds only after somebody has clicked or typed in it.
 *
 * Between tones the context rests: one that runs takes some hundredths of a core, in silence as well.
 */
export class Sounds {
  private context: AudioContext | null = null;
  private isAllowed = false;
  private last = -Infinity;
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly now: () => number) {}

  /** Whether the browser would let a tone be heard now. */
  get isUnlocked(): boolean {
    return this.isAllowed;
  }

  /** To be called while somebody clicks or types. */
  unlock(): void {
    if (this.isAllowed) return;
    try {
      const context = (this.context ??= new AudioContext());
      this.whileRunning(context, () => {
        this.isAllowed = true;
      });
    } catch {
      // No sound device: the title and the list tell as well.
    }
  }

  play(tone: Tone): void {
    const context = this.context;
    if (!context || !this.isAllowed) return;
    if (this.now() - this.last < TONE_INTERVAL && tone !== 'urgent') return;
    this.last = this.now();
    this.whileRunning(context, () => {
      for (const [delay, frequency] of TONES[tone]) {
        const start = context.currentTime + delay;
        const gain = context.createGain();
        gain.gain.setValueAtTime(0.0001, start);
        gain.gain.exponentialRampToValueAtTime(0.14, start + 0.02);
        gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
        gain.connect(context.destination);
        const note = context.createOscillator();
        note.frequency.value = frequency;
        note.connect(gain);
        note.start(start);
        note.stop(start + 0.32);
      }
    });
  }

  private whileRunning(context: AudioContext, act: () => void): void {
    const begin = (): void => {
      if (context.state !== 'running') return;
      act();
      clearTimeout(this.resting);
      this.resting = setTimeout(() => void context.suspend().catch(() => undefined), REST_AFTER);
    };
    if (context.state === 'running') begin();
    else
      void context.resume().then(begin, () => {
        // The browser has thought better of it: the desk says so until somebody clicks or types again.
        this.isAllowed = false;
      });
  }
}

export interface TitleTexts {
  plain: string;
  unread: string;
  waiting: string;
}

/** Returns the page's title: what is unread counts before who waits. */
export function pageTitle(unread: number, waiting: number, texts: TitleTexts): string {
  if (unread > 0) return fill(texts.unread, { count: unread });
  if (waiting > 0) return fill(texts.waiting, { count: waiting });
  return texts.plain;
}

export type Permission = 'granted' | 'denied' | 'default' | 'unsupported';

export function notificationPermission(): Permission {
  return 'Notification' in window ? Notification.permission : 'unsupported';
}

/**
 * Shows a notification of the browser while nobody looks at the page. It says what kind of thing happened and never what
 * the user wrote: notifications stay on lock screens. A newer one with the same tag replaces the older one.
 */
export function notify(title: string, body: string, tag: string, onClick: () => void): void {
  if (notificationPermission() !== 'granted' || document.hasFocus()) return;
  try {
    const notification = new Notification(title, { body, tag });
    notification.onclick = () => {
      window.focus();
      notification.close();
      onClick();
    };
  } catch {
    // Some browsers allow it to service workers only.
  }
}
