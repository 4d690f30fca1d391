/** Where the agent writes: replies and internal notes, pictures, canned replies, suggestions. */

import { PictureOutlined, SearchOutlined, SendOutlined, ThunderboltOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { countCharacters, meansSend } from '@uwallet/shared/composing.ts';
import { describeSize, describeTypes, imageProblem, MAX_IMAGES, type ImageProblem } from '@uwallet/shared/images.ts';
import { App, Button, Input, Popover, Segmented, Tooltip } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useEffect, useImperativeHandle, useRef, useState, type DragEvent, type JSX, type Ref } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import type { Chat } from '../core/chat.ts';
import type { DraftKind } from '../core/drafts.ts';
import type { CannedReply, Suggestion, Ticket } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { filledReply, isMacro } from '../core/canned.ts';
import { effectsOf, replyValues } from './labels.ts';
import { CannedMenu, useCannedMenu } from './canned_menu.tsx';
import { ComposerClosed } from './composer_closed.tsx';
import { errorText, useAction, useDesk } from './context.ts';
import { useShortcuts } from './use_shortcuts.ts';

export interface ComposerHandle {
  /** Puts a text into the reply, to be looked over and sent by the agent. */
  insert: (text: string) => void;
}

interface ComposerProps {
  ref: Ref<ComposerHandle>;
  ticket: Ticket;
  chat: Chat;
  mine: boolean;
  suggestions: readonly Suggestion[];
  onClaim: () => void;
  claiming: boolean;
  onClose: () => void;
  onLater: () => void;
}

const OWN: readonly DraftKind[] = ['reply', 'note'];
/** What a supervisor says in somebody else's chat: to the agent, to the user, to colleagues. */
const JOINED: readonly DraftKind[] = ['whisper', 'barge', 'note'];

/** From how many characters before the limit on the agent is told how many are left. */
const TELL_FROM = 100;

export function Composer(props: ComposerProps): JSX.Element {
  const { ref, ticket, chat, mine, suggestions } = props;
  const { agent, api, desk, drafts, settings } = useDesk();
  const { message, modal } = App.useApp();
  const [, go] = useLocation();
  const [kind, setKind] = useState<DraftKind>('reply');
  const [texts, setTexts] = useState({
    reply: drafts.read(ticket.id, 'reply'),
    note: drafts.read(ticket.id, 'note'),
    whisper: drafts.read(ticket.id, 'whisper'),
    barge: drafts.read(ticket.id, 'barge'),
  });
  const [dragging, setDragging] = useState(false);
  /** A text beginning with 「/」 of which the agent was asked whether it is for the user. */
  const [asked, setAsked] = useState('');
  /** The canned reply that the text was made from. */
  const [madeFrom, setMadeFrom] = useState<CannedReply | null>(null);
  const [run, busy] = useAction();
  const area = useRef<TextAreaRef>(null);
  const picker = useRef<HTMLInputElement>(null);
  const phase = useStore(chat.state, (state) => state.phase);
  // Who lost the race for a user is no supervisor of whoever won it.
  const watches = agent.role !== 'agent';
  const joins = !mine && watches && ticket.status === 'active';
  const kinds: readonly DraftKind[] = mine ? OWN : joins ? JOINED : ['note'];
  const shown: DraftKind = kinds.includes(kind) ? kind : (kinds[0] ?? 'note');
  const writes = mine || watches || ticket.status !== 'active';
  const text = texts[shown];
  const left = settings.max_length - countCharacters(text.trim());
  const sendable = text.trim() !== '' && left >= 0;

  const setText = (value: string, of: DraftKind = shown): void => {
    setTexts((all) => ({ ...all, [of]: value }));
    drafts.write(ticket.id, of, value);
    if (of !== 'reply') return;
    // What is written anew is another text.
    if (value.trim() === '') setMadeFrom(null);
    if (mine) chat.tellTyping(value.trim() !== '');
  };
  /** Empties a field whose text has been stored; what was typed meanwhile stays. */
  const clear = (stored: string, of: DraftKind): void => {
    setTexts((all) => (all[of] === stored ? { ...all, [of]: '' } : all));
    if (drafts.read(ticket.id, of) === stored) drafts.write(ticket.id, of, '');
  };
  const focus = (): void => {
    requestAnimationFrame(() => area.current?.focus({ cursor: 'end' }));
  };
  const insert = (value: string): void => {
    setKind('reply');
    const before = texts.reply.startsWith('/') ? '' : texts.reply;
    setText(before.trim() === '' ? value : `${before.trimEnd()}\n${value}`, 'reply');
    focus();
  };
  useImperativeHandle(ref, () => ({ insert }));

  const canned = useCannedMenu(shown === 'reply' ? text : '', (reply) => {
    setText(filledReply(reply.text, replyValues(ticket, agent.name, settings)), 'reply');
    setMadeFrom(reply);
    focus();
  });
  const macro = shown === 'reply' && madeFrom && isMacro(madeFrom) ? madeFrom : null;
  const applyMacro = (reply: CannedReply): void => {
    // It would come before what was written earlier, or end the chat without it.
    if (chat.state.getState().outgoing.length > 0) {
      message.warning(t.composer.macro_waits, 5);
      return;
    }
    const apply = async (): Promise<void> => {
      const effects = effectsOf(reply).join(t.list_separator);
      const done = await run(
        async () => desk.adopt(await api.applyMacro(ticket.id, reply.id, text.trim(), crypto.randomUUID())),
        fill(t.composer.macro_done, { effects }),
      );
      if (!done) return;
      clear(text, 'reply');
      setMadeFrom(null);
      if (mine) chat.tellTyping(false);
      if (reply.ending !== null) go('/');
    };
    if (reply.ending !== 'close') void apply();
    else {
      modal.confirm({
        title: t.composer.macro_sure,
        content: <div className="pre-line">{text.trim()}</div>,
        okText: t.composer.macro_yes,
        onOk: apply,
      });
    }
  };
  const send = (): void => {
    if (!sendable) return;
    if (shown === 'reply') {
      // Meant for the desk, not for the user; who means it presses again.
      if (canned.isAsked && asked !== text) {
        setAsked(text);
        message.warning(t.composer.no_such_canned, 5);
        return focus();
      }
      if (macro) return applyMacro(macro);
      chat.sendText(text, madeFrom?.id);
      setText('');
      return focus();
    }
    void run(async () => {
      if (shown === 'barge') await api.bargeIn(ticket.id, text.trim(), crypto.randomUUID());
      else if (shown === 'whisper') desk.adopt(await api.whisper(ticket.id, text.trim()));
      else desk.adopt(await api.addNote(ticket.id, text.trim()));
      clear(text, shown);
    }, t.composer.done[shown]);
  };
  const sendFiles = (files: readonly File[]): void => {
    if (!mine || files.length === 0) return;
    const problems = new Set<ImageProblem>();
    for (const file of files.slice(0, MAX_IMAGES)) {
      const problem = imageProblem(file, settings);
      if (problem) problems.add(problem);
      else chat.sendPicture(file, file.name);
    }
    const values = {
      types: describeTypes(settings.attachment_types, t.list_separator),
      size: describeSize(settings.attachment_bytes),
      count: MAX_IMAGES,
    };
    for (const problem of problems) message.warning(fill(t.composer[problem], values), 5);
    if (files.length > MAX_IMAGES) message.warning(fill(t.composer.too_many, values), 5);
  };
  useShortcuts({
    focus_composer: focus,
    toggle_note: () => {
      if (mine) setKind(kind === 'reply' ? 'note' : 'reply');
      focus();
    },
    canned: () => {
      if (!mine) return;
      setKind('reply');
      if (texts.reply.trim() === '') setText('/', 'reply');
      focus();
    },
  });
  useEffect(() => {
    if (mine) area.current?.focus({ cursor: 'end' });
  }, [mine]);
  // Leaving the conversation is no typing.
  useEffect(() => () => chat.tellTyping(false), [chat]);

  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setDragging(false);
    sendFiles([...event.dataTransfer.files]);
  };
  return (
    <div
      className="composer"
      data-kind={shown}
      onDragOver={(event) => {
        if (!mine || !event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragging(false);
      }}
      onDrop={drop}
    >
      {dragging && <div className="composer-drop">{t.composer.drop}</div>}
      {!mine && <ComposerClosed {...props} watches={watches} />}
      {mine && shown === 'reply' && <Suggestions suggestions={suggestions} onPick={insert} />}
      {canned.open && <CannedMenu menu={canned} />}
      {kinds.length > 1 && (
        <Segmented
          size="small"
          value={shown}
          options={kinds.map((value) => ({ value, label: t.composer.kinds[value] }))}
          onChange={(value) => {
            setKind(value);
            focus();
          }}
        />
      )}
      {writes && (
        <>
          <Input.TextArea
            ref={area}
            className="composer-field"
            variant="borderless"
            autoSize={{ minRows: mine ? 3 : 1, maxRows: 9 }}
            value={text}
            aria-label={t.composer.kinds[shown]}
            placeholder={placeholder(shown, phase === 'offline')}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (canned.onKey(event.nativeEvent)) return event.preventDefault();
              if (!meansSend(event.nativeEvent)) return;
              event.preventDefault();
              send();
            }}
            onPaste={(event) => {
              const files = [...event.clipboardData.files];
              // Office programs put a picture of copied text beside the text.
              if (files.length === 0 || event.clipboardData.getData('text/plain') !== '') return;
              event.preventDefault();
              sendFiles(files);
            }}
            {...canned.aria}
          />
          {macro && (
            <div className="composer-macro">
              <ThunderboltOutlined aria-hidden />
              <span>{fill(t.composer.macro, { effects: effectsOf(macro).join(t.list_separator) })}</span>
              <Button size="small" type="link" onClick={() => setMadeFrom(null)}>
                {t.composer.macro_off}
              </Button>
            </div>
          )}
          <div className="composer-tools">
            {mine && shown === 'reply' && (
              <>
                <Tooltip title={t.composer.attach}>
                  <Button
                    type="text"
                    icon={<PictureOutlined />}
                    aria-label={t.composer.attach}
                    onClick={() => picker.current?.click()}
                  />
                </Tooltip>
                <Tooltip title={t.composer.canned}>
                  <Button
                    type="text"
                    icon={<ThunderboltOutlined />}
                    aria-label={t.composer.canned}
                    onClick={() => {
                      if (text.trim() === '') setText('/');
                      focus();
                    }}
                  />
                </Tooltip>
                <input
                  ref={picker}
                  type="file"
                  hidden
                  multiple
                  tabIndex={-1}
                  accept={settings.attachment_types.join(',')}
                  onChange={(event) => {
                    sendFiles([...(event.currentTarget.files ?? [])]);
                    // The same file again is a change, too.
                    event.currentTarget.value = '';
                  }}
                />
              </>
            )}
            <span className="composer-hint">
              {left < TELL_FROM
                ? fill(left < 0 ? t.composer.too_long : t.composer.left, { count: Math.abs(left) })
                : t.composer.hint}
            </span>
            <Button
              type="primary"
              className="composer-send"
              icon={<SendOutlined />}
              disabled={!sendable}
              loading={busy}
              onClick={send}
            >
              {macro ? t.composer.macro_send[macro.ending ?? 'none'] : t.composer.send[shown]}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

/** What the knowledge says to the user's last message, or to what the agent looks for. */
function Suggestions({
  suggestions,
  onPick,
}: {
  suggestions: readonly Suggestion[];
  onPick: (text: string) => void;
}): JSX.Element {
  const { api } = useDesk();
  const [words, setWords] = useState<string | null>(null);
  const found = useQuery({
    queryKey: ['knowledge', words],
    queryFn: () => api.searchKnowledge(words ?? ''),
    enabled: words !== null && words !== '',
    retry: false,
    staleTime: Infinity,
  });
  const shown = words ? (found.data?.suggestions ?? []) : suggestions;
  return (
    <div className="suggestions" role="group" aria-label={t.suggestions.label}>
      {shown.length > 0 && <span className="muted">{t.suggestions.label}</span>}
      {words !== null && words !== '' && found.isSuccess && shown.length === 0 && (
        <span className="muted">{t.suggestions.nothing}</span>
      )}
      {words !== null && found.isError && <span className="error-text">{errorText(found.error)}</span>}
      {shown.slice(0, 5).map(({ title, text }, index) => (
        <Popover key={text} title={title} content={<div className="suggestion-text">{text}</div>} mouseEnterDelay={0.3}>
          <Button size="small" onClick={() => onPick(text)}>
            <kbd>{index + 1}</kbd> {title}
          </Button>
        </Popover>
      ))}
      {words === null ? (
        <Button size="small" type="text" icon={<SearchOutlined />} onClick={() => setWords('')}>
          {t.suggestions.search}
        </Button>
      ) : (
        <Input.Search
          size="small"
          autoFocus
          allowClear
          className="suggestion-search"
          loading={found.isFetching}
          placeholder={t.suggestions.placeholder}
          aria-label={t.suggestions.placeholder}
          onSearch={(value) => setWords(value.trim() === '' ? null : value.trim())}
        />
      )}
    </div>
  );
}

function placeholder(kind: DraftKind, offline: boolean): string {
  if (kind !== 'reply') return t.composer.placeholders[kind];
  return offline ? t.composer.placeholder_offline : t.composer.placeholder;
}
