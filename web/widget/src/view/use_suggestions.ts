/** Questions suggested while the user types: which are shown, and which of them the keyboard has chosen. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { asksForValue } from '../core/questions.ts';
import { useChatContext, useChatState } from './context.ts';

/** Who still types needs no list yet. Milliseconds. */
const PATIENCE = 200;

export interface Suggestions {
  questions: readonly string[];
  /** Index of the chosen one; -1 is none. */
  chosen: number;
  /** Asks for those like what is typed. */
  ask: (typed: string) => void;
  /** Moves the choice; over both ends there is none. */
  move: (by: 1 | -1) => void;
  close: () => void;
}

const NONE: readonly string[] = [];

export function useSuggestions(wanted: boolean, text: string): Suggestions {
  const { questions: source } = useChatContext();
  const { phase, support, transcript } = useChatState();
  const [found, setFound] = useState(NONE);
  const [chosen, setChosen] = useState(-1);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const run = useRef(0);
  const allowed = wanted && phase === 'online' && support?.owner !== 'agent' && !asksForValue(transcript.messages);
  // The answer to a request is of no use where the state has changed meanwhile.
  const shown = allowed && text !== '' ? found : NONE;

  const show = (questions: readonly string[]): void => {
    setFound(questions);
    setChosen(-1);
  };
  const close = (): void => {
    run.current += 1;
    clearTimeout(timer.current);
    show(NONE);
  };
  const ask = (typed: string): void => {
    run.current += 1;
    clearTimeout(timer.current);
    const own = run.current;
    const trimmed = typed.trim();
    if (!allowed) return show(NONE);
    timer.current = setTimeout(() => {
      void source.like(trimmed).then((questions) => {
        if (own === run.current) show(questions.filter((question) => question !== trimmed));
      });
    }, PATIENCE);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (text !== '') return;
    // Sent, or deleted.
    run.current += 1;
    clearTimeout(timer.current);
    setFound(NONE);
    setChosen(-1);
  }, [text]);
  const move = (by: 1 | -1): void => {
    const places = shown.length + 1;
    setChosen(((chosen + 1 + by + places) % places) - 1);
  };
  return { questions: shown, chosen, ask, move, close };
}
