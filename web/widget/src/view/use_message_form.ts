/** The form for a message to human support: whether it is there, and what stands in it. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { NO_MESSAGE, readMessageDraft, writeMessageDraft, type MessageDraft } from '../core/support_drafts.ts';
import { useChatContext, useChatState } from './context.ts';

export interface MessageFormState {
  /** `left` after the gateway has taken it, until the user has seen that. */
  shown: 'form' | 'left' | null;
  draft: MessageDraft;
  /** The user has just asked for it. */
  focus: boolean;
  /** Of the ticket of the message that was left. */
  number: string;
  show: () => void;
  hide: () => void;
  change: (changes: Partial<MessageDraft>) => void;
  finish: (number: string) => void;
}

/** `onTakenUp` is given what stood in the form when an agent has come meanwhile, who can be told directly. */
export function useMessageForm(onTakenUp: (text: string) => void): MessageFormState {
  const { storage } = useChatContext();
  const { support, era } = useChatState();
  const [draft, setDraft] = useState(() => readMessageDraft(storage));
  const [number, setNumber] = useState<string | null>(null);
  const [focus, setFocus] = useState(false);
  // Changes may follow each other faster than the form is drawn.
  const current = useRef(draft);
  const change = (changes: Partial<MessageDraft>): void => {
    current.current = { ...current.current, ...changes };
    writeMessageDraft(storage, current.current);
    setDraft(current.current);
  };

  const knownEra = useRef(era);
  useEffect(() => {
    if (knownEra.current === era) return;
    knownEra.current = era;
    current.current = NO_MESSAGE;
    setDraft(NO_MESSAGE);
    setNumber(null);
  }, [era]);
  const served = support?.owner === 'agent';
  const takenUp = useRef(onTakenUp);
  takenUp.current = onTakenUp;
  useEffect(() => {
    if (!served || !current.current.open) return;
    if (current.current.text !== '') takenUp.current(current.current.text);
    current.current = { ...NO_MESSAGE, contact: current.current.contact };
    writeMessageDraft(storage, current.current);
    setDraft(current.current);
  }, [served, storage]);

  const possible = support?.can_leave_message === true && !served;
  return {
    shown: number !== null ? 'left' : draft.open && possible ? 'form' : null,
    draft,
    focus,
    number: number ?? '',
    show: () => {
      setFocus(true);
      change({ open: true });
    },
    hide: () => {
      setFocus(false);
      setNumber(null);
      change({ open: false });
    },
    change,
    finish: (left) => {
      setNumber(left);
      change(NO_MESSAGE);
    },
  };
}
