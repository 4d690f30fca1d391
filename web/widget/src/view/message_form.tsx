import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { countCharacters, isComposing } from '@uwallet/shared/composing.ts';
import { contactProblem, tidyContact } from '../core/contact.ts';
import { randomId } from '../core/ids.ts';
import type { WireError } from '../core/protocol.ts';
import type { MessageDraft } from '../core/support_drafts.ts';
import { fill } from '@uwallet/shared/fill.ts';
import type { Strings } from '../i18n/strings.ts';
import { Button } from './chatui.ts';
import { useChatContext, useChatState } from './context.ts';
import { CopyButton } from './copy_button.tsx';
import { Icon } from './icons.tsx';

interface Problems {
  text: string;
  contact: string;
  /** Of the whole. */
  form: string;
}

const NONE: Problems = { text: '', contact: '', form: '' };

interface MessageFormProps {
  draft: MessageDraft;
  onDraft: (changes: Partial<MessageDraft>) => void;
  /** The keyboard goes to the form: the user has just asked for it. */
  focus: boolean;
  /** The gateway has taken it, under this number of a ticket (empty if it tells none). */
  onLeft: (number: string) => void;
  onClose: () => void;
}

/** Takes a message for human support, with where to reach the user. It stands where the user otherwise writes. */
export function MessageForm({ draft, onDraft, focus, onLeft, onClose }: MessageFormProps): JSX.Element {
  const { chat, strings } = useChatContext();
  const { limits } = useChatState();
  const [problems, setProblems] = useState(NONE);
  const [sending, setSending] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  const contact = useRef<HTMLInputElement>(null);
  const { message } = strings.support;
  useEffect(() => {
    if (focus) text.current?.focus({ preventScroll: true });
  }, [focus]);

  const online = (): boolean => chat.state.get().phase === 'online';
  const refuse = (found: Problems): void => {
    setProblems(found);
    (found.text !== '' ? text : found.contact !== '' ? contact : null)?.current?.focus();
  };
  const submit = async (): Promise<void> => {
    const tidy = tidyContact(draft.contact);
    const found = {
      text: textProblem(draft.text.trim(), limits.max_length, strings),
      contact: describeContactProblem(tidy, strings),
      form: '',
    };
    if (found.text !== '' || found.contact !== '') return refuse(found);
    setProblems(NONE);
    setSending(true);
    const client_id = draft.client_id || randomId();
    onDraft({ client_id });
    const outcome = await chat.support.leaveMessage(draft.text.trim(), tidy, client_id);
    setSending(false);
    if (outcome.ok) onLeft(outcome.ticket?.number ?? '');
    else refuse(placeProblem(outcome.error, online() ? message.failed : message.offline, strings));
  };
  // What was changed is another message.
  const change = (name: 'text' | 'contact', value: string): void => {
    onDraft({ [name]: value, client_id: '' });
    setProblems({ ...problems, [name]: '', form: '' });
  };

  return (
    <form
      class="form"
      noValidate
      aria-labelledby="message-form-title"
      onSubmit={(event) => {
        event.preventDefault();
        if (!sending) void submit();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || isComposing(event)) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <h3 id="message-form-title">{message.title}</h3>
      <p class="form-hint">{message.hint}</p>
      <label for="message-form-text">{message.text}</label>
      <textarea
        id="message-form-text"
        ref={text}
        rows={3}
        value={draft.text}
        placeholder={message.text_placeholder}
        aria-invalid={problems.text !== ''}
        aria-describedby="message-form-text-problem"
        onInput={(event) => change('text', event.currentTarget.value)}
      />
      <Problem id="message-form-text-problem" text={problems.text} />
      <label for="message-form-contact">{message.contact}</label>
      <input
        id="message-form-contact"
        ref={contact}
        type="text"
        value={draft.contact}
        placeholder={message.contact_placeholder}
        autocapitalize="off"
        spellcheck={false}
        maxLength={200}
        aria-invalid={problems.contact !== ''}
        aria-describedby="message-form-contact-problem"
        onInput={(event) => change('contact', event.currentTarget.value)}
      />
      <Problem id="message-form-contact-problem" text={problems.contact} />
      <Problem id="message-form-problem" text={problems.form} />
      <div class="form-buttons">
        <Button size="sm" onClick={onClose}>
          {message.cancel}
        </Button>
        <Button size="sm" color="primary" type="submit" disabled={sending}>
          {sending ? message.sending : message.send}
        </Button>
      </div>
    </form>
  );
}

/** Tells that a message was left, and under which number. */
export function MessageLeft({ number, onClose }: { number: string; onClose: () => void }): JSX.Element {
  const { strings } = useChatContext();
  const { message } = strings.support;
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => frame.current?.focus({ preventScroll: true }), []);
  return (
    <div class="form form-done" role="status" ref={frame} tabIndex={-1}>
      <span class="form-done-icon">
        <Icon name="check" size={22} />
      </span>
      <strong>{message.done}</strong>
      {number !== '' && (
        <span class="form-number">
          {fill(message.done_number, { number })}
          <CopyButton text={number} label={fill(strings.tickets.copy, { number })} />
        </span>
      )}
      <p class="form-hint">{message.done_hint}</p>
      <Button size="sm" color="primary" onClick={onClose}>
        {message.done_close}
      </Button>
    </div>
  );
}

function Problem({ id, text }: { id: string; text: string }): JSX.Element {
  return (
    <div class="form-problem" id={id} role="alert">
      {text}
    </div>
  );
}

function textProblem(text: string, max_length: number, strings: Strings): string {
  if (text === '') return strings.support.message.text_missing;
  const over = countCharacters(text) - max_length;
  return over > 0 ? fill(strings.composer.too_long, { count: over }) : '';
}

function describeContactProblem(contact: string, { support: { message } }: Strings): string {
  const problem = contactProblem(contact);
  if (!problem) return '';
  if (problem.kind === 'mobile_length') return fill(message.contact_mobile, { count: problem.count });
  return problem.kind === 'empty' ? message.contact_missing : message.contact_unclear;
}

/** Puts what the gateway says against it where it belongs. */
function placeProblem({ code, message }: WireError, otherwise: string, strings: Strings): Problems {
  if (code === 'contact_invalid') return { ...NONE, contact: message || strings.support.message.contact_unclear };
  if (code === 'too_long' || code === 'empty') return { ...NONE, text: message || otherwise };
  return { ...NONE, form: message || otherwise };
}
