import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isComposing } from '@uwallet/shared/composing.ts';
import { MAX_IMAGES, describeSize, describeTypes, imageProblem } from '@uwallet/shared/images.ts';
import { blocksMessages } from '../core/notice.ts';
import type { SupportPayload } from '../core/support.ts';
import { fill } from '@uwallet/shared/fill.ts';
import type { Settings } from '../interface.ts';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import { useChatContext, useChatState } from './context.ts';
import { keepFocusInside } from './focus.ts';
import { Header } from './header.tsx';
import { MessageForm, MessageLeft } from './message_form.tsx';
import { MessageLog } from './message_log.tsx';
import { NoticePanel } from './notice_panel.tsx';
import { QuickBar } from './quick_bar.tsx';
import { SupportBar } from './support_bar.tsx';
import { useMessageForm } from './use_message_form.ts';
import { useTextSize } from './use_text_size.ts';
import { FILLS, useMedia, useVisualViewport } from './viewport.ts';

export interface ChatWindowProps {
  element: HTMLElement;
  settings: Settings;
  open: boolean;
  /** Counts up whenever the keyboard is to go to the window. */
  focusRequest: number;
  /** What the page proposes to ask; another object each time. */
  suggestion: { text: string } | null;
  /** Set to what gives the keyboard a place in the window. */
  refocus: { current: () => void };
  onClose: () => void;
}

/** The window, or the page in full-page mode. */
export function ChatWindow(props: ChatWindowProps): JSX.Element {
  const { element, settings, open, focusRequest, suggestion, refocus, onClose } = props;
  const { chat, strings, storage } = useChatContext();
  const frame = useRef<HTMLElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => storage.read('draft') ?? '');
  const [sound, setSound] = useState(() => storage.read('sound') !== null);
  const [dragging, setDragging] = useState(false);
  const [problem, setProblem] = useState('');
  const page = settings.mode === 'page';

  const { era, support, notice } = useChatState();
  const [leaving, setLeaving] = useState(false);
  const [rereading, setRereading] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const blocked = blocksMessages(notice);
  const told = notice?.mode === 'shown' && notice.answer === null;
  const knownEra = useRef(era);
  const proposed = useRef('');

  const [size, nextSize] = useTextSize(element, frame, storage, settings.elder, open);
  const fills = useMedia(FILLS);
  useVisualViewport(element, open);
  useEffect(() => storage.write('draft', text === '' ? null : text), [storage, text]);
  useEffect(() => {
    if (knownEra.current !== era) setText('');
    knownEra.current = era;
  }, [era]);
  useEffect(() => {
    if (!suggestion) return;
    const former = proposed.current;
    proposed.current = suggestion.text;
    // What the user wrote stays; another proposal replaces the one before.
    setText((written) => (written.trim() === '' || written === former ? suggestion.text : written));
  }, [suggestion]);
  const takeFocus = useCallback((): void => {
    // A phone's keyboard would cover what there is to read: there the window itself takes the focus.
    const wanted =
      panel.current?.dataset.asks === 'true' ? panel : matchMedia('(pointer: coarse)').matches ? frame : field;
    wanted.current?.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    refocus.current = takeFocus;
    if (focusRequest > 0) takeFocus();
    // The notice takes the place of the composer, and gives it back.
  }, [refocus, takeFocus, focusRequest, blocked]);

  useEffect(() => {
    if (support?.owner !== 'queued') setLeaving(false);
  }, [support?.owner]);
  const message = useMessageForm((written) => setText((text) => (text.trim() === '' ? written : text)));
  const onSupport = (payload: SupportPayload): boolean => {
    if (payload === '/support_leave_message' && support?.can_leave_message) message.show();
    else if (payload === '/support_leave_queue' && support?.owner === 'queued') setLeaving(true);
    else return false;
    return true;
  };

  const takeFiles = (files: readonly File[]): void => {
    const { limits } = chat.state.get();
    let complaint = '';
    for (const file of files.slice(0, MAX_IMAGES)) {
      const why = imageProblem(file, limits);
      if (why === null) chat.sendImage(file, file.name);
      else {
        complaint = fill(strings.image[why], {
          types: describeTypes(limits.attachment_types, strings.list_separator),
          size: describeSize(limits.attachment_bytes),
        });
      }
    }
    if (files.length > MAX_IMAGES) complaint = fill(strings.image.too_many, { count: MAX_IMAGES });
    setProblem(complaint);
  };
  const hasFiles = (event: DragEvent): boolean => !blocked && (event.dataTransfer?.types.includes('Files') ?? false);

  return (
    <section
      ref={frame}
      class="window"
      data-mode={settings.mode}
      data-position={settings.position}
      hidden={!open}
      tabIndex={-1}
      // Beside a page that stays usable it is no modal dialog: steps are done there.
      {...(page ? { role: 'main' } : { role: 'dialog', ...(fills ? { 'aria-modal': true } : {}) })}
      aria-labelledby="uwallet-chat-title"
      onKeyDown={(event) => {
        if (page) return;
        if (fills && frame.current) keepFocusInside(event, frame.current);
        // An input method closes its list of words with Escape.
        if (event.key === 'Escape' && !isComposing(event)) onClose();
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={(event) => {
        if (!frame.current?.contains(event.relatedTarget as Node | null)) setDragging(false);
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDragging(false);
        takeFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <Header
        title={settings.title ?? strings.title}
        leaving={leaving}
        onLeave={() => setLeaving(true)}
        page={page}
        size={size}
        onSize={nextSize}
        sound={sound}
        onSound={(on) => {
          setSound(on);
          storage.write('sound', on ? '1' : null);
        }}
        onClose={page ? null : onClose}
      />
      <Banner />
      {notice && !blocked && (told || rereading) && (
        <NoticePanel notice={notice} again={!told} panel={panel} onClose={() => setRereading(false)} />
      )}
      <SupportBar leaving={leaving} onLeaving={setLeaving} onMessage={message.shown || blocked ? null : message.show} />
      <MessageLog
        onSupport={onSupport}
        onNotice={notice && !blocked && !told && !rereading ? () => setRereading(true) : null}
        onEdit={(rejected) => {
          setText(rejected);
          field.current?.focus();
        }}
      />
      {problem !== '' && (
        <div class="banner" role="alert">
          <span>{problem}</span>
          <button type="button" onClick={() => setProblem('')}>
            {strings.banner.dismiss}
          </button>
        </div>
      )}
      {notice && blocked && <NoticePanel notice={notice} again={false} panel={panel} onClose={() => undefined} />}
      {message.shown === 'form' && !blocked && (
        <MessageForm
          draft={message.draft}
          onDraft={message.change}
          focus={message.focus}
          onLeft={message.finish}
          onClose={() => {
            message.hide();
            refocus.current();
          }}
        />
      )}
      {message.shown === 'left' && (
        <MessageLeft
          number={message.number}
          onClose={() => {
            message.hide();
            refocus.current();
          }}
        />
      )}
      {!message.shown && !blocked && <QuickBar />}
      {!message.shown && !blocked && (
        <Composer
          text={text}
          onText={setText}
          field={field}
          onFiles={takeFiles}
          shown={open}
          suggesting={settings.suggestions}
        />
      )}
      {dragging && (
        <div class="drop" aria-hidden="true">
          {strings.composer.drop}
        </div>
      )}
    </section>
  );
}
