import type { JSX } from 'preact';
import { useSyncExternalStore } from 'preact/compat';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';

/** Reads a message aloud, or stops; nothing where the browser has no voice for it. */
export function SpeakButton({ id, text }: { id: number; text: string }): JSX.Element | null {
  const { speaker, strings } = useChatContext();
  const { possible, message } = useSyncExternalStore(speaker.state.subscribe, speaker.state.get);
  if (!possible) return null;
  const speaks = message === id;
  const label = speaks ? strings.voice.stop_reading : strings.voice.read;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={speaks}
      onClick={() => speaker.toggle(id, text)}
    >
      <Icon name={speaks ? 'stop' : 'speak'} size={18} />
    </button>
  );
}
