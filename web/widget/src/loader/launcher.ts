/** The round button in the corner of the page. */

import { fill } from '@uwallet/shared/fill.ts';
import type { Settings } from '../interface.ts';
import { addStyles } from '../styles.ts';
import { contrastOfWhite } from './settings.ts';
import css from './launcher.css?inline';

export interface LauncherTexts {
  launcher: string;
  unread: string;
  load_failed: string;
}

const PATHS = ['M3.5 5h17v12h-9l-4 3.5V17h-4z', 'M8 11h0M12 11h0M16 11h0'];

/** Made element by element: a page may demand trusted types, which a string of HTML is not. */
function icon(): SVGElement {
  const make = (name: string): SVGElement => document.createElementNS('http://www.w3.org/2000/svg', name);
  const svg = make('svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  for (const path of PATHS) {
    const drawn = make('path');
    drawn.setAttribute('d', path);
    svg.append(drawn);
  }
  return svg;
}

/** The button, its badge, and what it says. */
export class Launcher {
  private readonly button = document.createElement('button');
  private readonly badge = document.createElement('span');
  private readonly note = document.createElement('span');
  private readonly corner = document.createElement('div');
  private unread = 0;
  private texts!: LauncherTexts;

  /** `onNear` is called when somebody may be about to press: a mouse over it, a finger on it, the keyboard at it. */
  constructor(root: ShadowRoot, onClick: () => void, onNear: () => void) {
    addStyles(root, css);
    this.button.className = 'launcher';
    this.button.append(icon());
    this.button.setAttribute('aria-haspopup', 'dialog');
    this.badge.className = 'launcher-badge';
    this.note.className = 'launcher-note';
    this.note.setAttribute('role', 'status');
    this.button.append(this.badge);
    this.button.addEventListener('click', onClick);
    for (const name of ['pointerenter', 'focus']) this.button.addEventListener(name, onNear);
    this.note.addEventListener('click', onClick);
    this.corner.className = 'corner';
    this.corner.append(this.button, this.note);
    root.append(this.corner);
  }

  /** `fresh` says that the window has not been open on the page before. */
  show(settings: Settings, texts: LauncherTexts, fresh: boolean): void {
    this.texts = texts;
    this.corner.dataset.position = settings.position;
    this.corner.style.color = contrastOfWhite(settings.color) < 4.5 ? '#10182b' : '#fff';
    this.button.hidden = !settings.launcher;
    this.note.textContent = settings.launcher && fresh ? settings.teaser : '';
    this.showUnread(this.unread);
  }

  showUnread(count: number): void {
    this.unread = count;
    this.badge.textContent = count > 99 ? '99+' : `${count || ''}`;
    this.button.setAttribute('aria-label', count > 0 ? fill(this.texts.unread, { count }) : this.texts.launcher);
  }

  showState(state: 'ready' | 'loading' | 'failed'): void {
    this.note.textContent = state === 'failed' ? this.texts.load_failed : '';
    this.button.setAttribute('aria-busy', `${state === 'loading'}`);
  }

  /** Hides the button while the window is open; the window's own button closes it. */
  showOpen(open: boolean): void {
    this.button.dataset.open = `${open}`;
    this.button.setAttribute('aria-expanded', `${open}`);
  }

  focus(): void {
    this.button.focus({ preventScroll: true });
  }
}
