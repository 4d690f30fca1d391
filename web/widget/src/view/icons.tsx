/** The pictures on buttons, drawn with the text's colour. */

import type { JSX } from 'preact';

const PATHS = {
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M6 9l6 6 6-6',
  human:
    'M5 13v-1.5a7 7 0 0 1 14 0V13M5 13h1.5a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1zM19 13h-1.5a1 1 0 0 0-1 1v3a1 1 0 0 0 1 1h.5a1 1 0 0 0 1-1zM18.5 18c0 1.7-1.6 2.5-4 2.5',
  sound_on: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11',
  sound_off: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5',
  text_size: 'M3 19l5-13 5 13M4.8 14.5h6.4M15 19l3-8 3 8M16.2 16h3.6',
  image:
    'M5 4.5h14a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18V6A1.5 1.5 0 0 1 5 4.5zM4 17l5-5 4 4 2.5-2.5L20 18M15.5 9h.01',
  smile: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.5 14s1.2 2 3.5 2 3.5-2 3.5-2M9 9.8h.01M15 9.8h.01',
  send: 'M20.5 3.5L10 14M20.5 3.5l-6.5 17-4-6.5-6.5-4z',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 3.5v4h-4',
  arrow: 'M9 6l6 6-6 6',
  shield: 'M12 3.5l7 2.5v5.5c0 4.3-2.9 7.6-7 9-4.1-1.4-7-4.7-7-9V6zM9 12l2.2 2.2L15.2 10',
  star: 'M12 3.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z',
  note: 'M6.5 3.5h8l3.5 3.5v12a1.5 1.5 0 0 1-1.5 1.5h-10A1.5 1.5 0 0 1 5 19V5a1.5 1.5 0 0 1 1.5-1.5zM8.5 10h6M8.5 13.5h6M8.5 17h3.5',
  like: 'M7.5 20V10.5L11.5 3.5c1.4 0 2.3 1 2 2.6L12.9 9h5a2 2 0 0 1 2 2.4l-1.3 6.8A2.2 2.2 0 0 1 16.4 20zM7.5 10.5h-3V20h3',
  dislike: 'M7.5 4v9.5l4 7c1.4 0 2.3-1 2-2.6l-.6-2.9h5a2 2 0 0 0 2-2.4l-1.3-6.8A2.2 2.2 0 0 0 16.4 4zM7.5 13.5h-3V4h3',
  question:
    'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM9.6 9.4a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.9M12 16.6h.01',
  menu: 'M4.5 6.5h15M4.5 12h15M4.5 17.5h15',
  copy: 'M9.5 8.5h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM15.5 8.5v-3a1 1 0 0 0-1-1h-9a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3',
  speak: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6',
  stop: 'M7 7h10v10H7z',
  microphone:
    'M12 3.5a2.5 2.5 0 0 0-2.5 2.5v6a2.5 2.5 0 0 0 5 0V6A2.5 2.5 0 0 0 12 3.5zM6 11.5v.5a6 6 0 0 0 12 0v-.5M12 18v2.5',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  save: 'M12 4v10.5M7.5 10.5l4.5 4.5 4.5-4.5M5 19.5h14',
  fresh: 'M12 5.5v13M5.5 12h13',
  ticket: 'M5.5 4.5h13v15l-3-2-3.5 2-3.5-2-3 2zM9 9h6M9 13h6',
  enlarge: 'M13.5 4.5h6v6M10.5 19.5h-6v-6M19.5 4.5l-6.5 6.5M4.5 19.5l6.5-6.5',
  shrink: 'M19.5 10.5h-6v-6M4.5 13.5h6v6M13.5 10.5l6-6M10.5 13.5l-6 6',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4l9 15.5H3zM12 10v4M12 16.8h.01',
  offline:
    'M4 4l16 16M8.5 16a5 5 0 0 1 7 0M5.5 12.5A9.5 9.5 0 0 1 10 10M13.5 9.8a9.5 9.5 0 0 1 5 2.7M2.5 9A14 14 0 0 1 6.5 6.4M10.5 5.1A14 14 0 0 1 21.5 9M12 19.5h.01',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture of 24 by 24 units; what it means is said by what it stands in. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg
      class={`icon icon-${name}`}
      viewBox="0 0 24 24"
      style={{ width: `calc(${size} * var(--u))`, height: `calc(${size} * var(--u))` }}
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
