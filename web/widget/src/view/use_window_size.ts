/** How large the window is on a desktop: the page's size, until the user draws at its corner or enlarges it. */

import { useRef, useState } from 'preact/hooks';
import type { SiteStorage } from '../core/storage.ts';

interface Size {
  width: number;
  height: number;
}

/** Smaller is no use. Pixels. */
const LEAST: Size = { width: 320, height: 400 };

/** What the button in the menu makes of it; the screen limits it. Pixels. */
const ENLARGED: Size = { width: 640, height: 2000 };

function read(stored: string | null): Size | null {
  const [width, height] = (stored ?? '').split('x').map(Number);
  return width && height ? { width, height } : null;
}

export interface WindowSize {
  style: Record<string, string>;
  enlarged: boolean;
  toggle: () => void;
  /** Begins to draw at the corner opposite to where the window is fixed. */
  onPointerDown: (event: PointerEvent) => void;
}

export function useWindowSize(
  frame: { current: HTMLElement | null },
  storage: SiteStorage,
  position: 'left' | 'right',
): WindowSize {
  const [size, setSize] = useState(() => read(storage.read('window_size')));
  const drawn = useRef(size);
  const keep = (changed: Size | null): void => {
    drawn.current = changed;
    setSize(changed);
    storage.write('window_size', changed && `${changed.width}x${changed.height}`);
  };
  const onPointerDown = (event: PointerEvent): void => {
    const handle = event.currentTarget as HTMLElement;
    const element = frame.current;
    if (!element) return;
    event.preventDefault();
    const before = { width: element.offsetWidth, height: element.offsetHeight };
    // A page's zoom is taken off the window: what the mouse moves is in the page's pixels.
    const scale = before.width / (element.getBoundingClientRect().width || before.width);
    const move = ({ clientX, clientY }: PointerEvent): void => {
      const across = (clientX - event.clientX) * scale * (position === 'right' ? -1 : 1);
      const down = (event.clientY - clientY) * scale;
      drawn.current = {
        width: Math.round(Math.max(LEAST.width, before.width + across)),
        height: Math.round(Math.max(LEAST.height, before.height + down)),
      };
      setSize(drawn.current);
    };
    const end = (): void => {
      handle.removeEventListener('pointermove', move);
      // Larger than the screen is no size to remember.
      if (drawn.current) keep({ width: element.offsetWidth, height: element.offsetHeight });
    };
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener('pointermove', move);
    for (const name of ['pointerup', 'pointercancel'] as const) handle.addEventListener(name, end, { once: true });
  };
  return {
    style: size ? { '--width': `${size.width}px`, '--height': `${size.height}px` } : {},
    enlarged: size !== null && size.width >= ENLARGED.width,
    toggle: () => keep(size !== null && size.width >= ENLARGED.width ? null : ENLARGED),
    onPointerDown,
  };
}
