/** The round button in the corner of the page. */

import { fill } from '@uwallet/shared/fill.ts';
import type { Settings } from '../interface.ts';
import { addStyles } from '../styles.ts';
import { contrastOfWhite } from './settings.ts';
import css from './launcher.css?inline';

export interface LauncherTexts {
  launcher: string;
  unread: string;
  loading: string;
  load_failed: string;
}

const ICON =
  '<svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true" fill="none" stroke="currentColor" ' +
  'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="M12 3.5c-5 0-9 3.4-9 7.7 0 2.4 1.3 4.6 ' +
  '3.3 6v3.1c0 .4.4.6.7.4l3-1.9c.6.1 1.3.2 2 .2 5 0 9-3.5 9-7.8s-4-7.7-9-7.7z"/><path d="M8.3 11.2h.01M12 11.2h.01M15.7 ' +
  '11.2h.01" stroke-width="2.4"/></svg>';

/** The button, its badge, and what it says. */
export class Launcher {
  private readonly button = document.createElement('button');
  private readonly badge = document.createElement('span');
  private readonly note = document.createElement('span');
  private unread = 0;

  constructor(
    root: ShadowRoot,
    settings: Settings,
    private readonly texts: LauncherTexts,
    onClick: () => void,
  ) {
    addStyles(root, css);
    this.button.className = 'launcher';
    this.button.type = 'button';
    this.button.dataset.position = settings.position;
    this.button.dataset.ink = contrastOfWhite(settings.color) < 4.5 ? 'dark' : 'light';
    this.button.hidden = !settings.launcher;
    this.button.innerHTML = ICON;
    this.button.setAttribute('aria-haspopup', 'dialog');
    this.badge.className = 'launcher-badge';
    this.note.className = 'launcher-note';
    this.note.setAttribute('role', 'status');
    this.button.append(this.badge);
    this.button.addEventListener('click', onClick);
    this.note.dataset.position = settings.position;
    root.append(this.button, this.note);
    this.showUnread(0);
  }

  showUnread(count: number): void {
    this.unread = count;
    this.badge.textContent = count > 99 ? '99+' : String(count);
    this.badge.hidden = count === 0;
    this.button.setAttribute('aria-label', count > 0 ? fill(this.texts.unread, { count }) : this.texts.launcher);
  }

  showState(state: 'ready' | 'loading' | 'failed'): void {
    this.button.dataset.state = state;
    this.note.textContent = state === 'failed' ? this.texts.load_failed : '';
    if (state === 'loading') this.button.setAttribute('aria-label', this.texts.loading);
    else this.showUnread(this.unread);
  }

  /** Hides the button while the window is open; the window's own button closes it. */
  showOpen(open: boolean): void {
    this.button.dataset.open = String(open);
    this.button.setAttribute('aria-expanded', String(open));
  }

  focus(): void {
    this.button.focus({ preventScroll: true });
  }
}
