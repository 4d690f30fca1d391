import type { JSX } from 'preact';
import { useSyncExternalStore } from 'preact/compat';
import { useEffect } from 'preact/hooks';
import { useChatContext } from './context.ts';

/** How long a text stays, so that the same one can be told again. Milliseconds. */
const STAY = 2_000;

/** Tells screen readers what shows elsewhere only to the eye. */
export function Announcements(): JSX.Element {
  const { announcer } = useChatContext();
  const { text } = useSyncExternalStore(announcer.subscribe, announcer.get);
  useEffect(() => {
    if (text === '') return;
    const timer = setTimeout(() => announcer.set({ text: '' }), STAY);
    return () => clearTimeout(timer);
  }, [announcer, text]);
  return (
    <div class="only-read" role="status">
      {text}
    </div>
  );
}
