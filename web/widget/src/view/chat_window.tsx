import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isComposing } from '@uwallet/shared/composing.ts';
import type { DictationProblem } from '../core/dictation.ts';
import { blocksMessages } from '../core/notice.ts';
import { describeConversation, recordName } from '../core/record.ts';
import type { SupportPayload } from '../core/support.ts';
import type { Settings } from '../interface.ts';
import { Announcements } from './announcements.tsx';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import { useChatContext, useChatState } from './context.ts';
import { keepFocusInside } from './focus.ts';
import { Header } from './header.tsx';
import { Lightbox, LightboxProvider, type Enlarged } from './lightbox.tsx';
import { MessageForm, MessageLeft } from './message_form.tsx';
import { MessageLog } from './message_log.tsx';
import type { MenuItem } from './more_menu.tsx';
import { NoticePanel } from './notice_panel.tsx';
import { PictureForm } from './picture_form.tsx';
import { QuickBar } from './quick_bar.tsx';
import { SupportBar } from './support_bar.tsx';
import { TicketPanel } from './ticket_panel.tsx';
import { useMessageForm } from './use_message_form.ts';
import { usePictures } from './use_pictures.ts';
import { useTextSize } from './use_text_size.ts';
import { useWindowSize } from './use_window_size.ts';
import { FILLS, useMedia, useVisualViewport } from './viewport.ts';

/** Gives the user a text as a file. */
function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // Some browsers begin to read it only after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

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
  const { chat, strings, storage, preferences } = useChatContext();
  const frame = useRef<HTMLElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => storage.read('draft') ?? '');
  const [sound, setSound] = useState(() => storage.read('sound') !== null);
  const [dragging, setDragging] = useState(false);
  const [dictationProblem, setDictationProblem] = useState<DictationProblem | null>(null);
  const [recordFailed, setRecordFailed] = useState(false);
  const [showsTickets, setShowsTickets] = useState(false);
  const [enlarged, setEnlarged] = useState<Enlarged | null>(null);
  const pictures = usePictures();
  const page = settings.mode === 'page';

  const { era, support, notice, phase } = useChatState();
  const [leaving, setLeaving] = useState(false);
  const [rereading, setRereading] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const blocked = blocksMessages(notice);
  const told = notice?.mode === 'shown' && notice.answer === null;
  const knownEra = useRef(era);
  const proposed = useRef('');

  const [size, nextSize] = useTextSize(element, frame, storage, preferences.elder, open);
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

  const takeFiles = (files: readonly File[]): void => void pictures.take(files);
  const windowSize = useWindowSize(frame, storage, settings.position);
  const title = settings.title ?? strings.title;
  const save = (): void => {
    const now = new Date();
    chat.history().then(
      (messages) => download(describeConversation(messages, title, now, strings), recordName(title, now)),
      () => setRecordFailed(true),
    );
  };
  useEffect(() => setShowsTickets(false), [era]);
  const withHuman = support?.owner === 'queued' || support?.owner === 'agent';
  const reachable = phase === 'online' && !blocked;
  const menu: MenuItem[] = [
    {
      icon: sound ? 'sound_on' : 'sound_off',
      title: strings.more.sound,
      pressed: sound,
      onPress: () => {
        setSound(!sound);
        storage.write('sound', sound ? null : '1');
      },
    },
    ...(page || fills
      ? []
      : [
          {
            icon: windowSize.enlarged ? 'shrink' : 'enlarge',
            title: windowSize.enlarged ? strings.more.shrink : strings.more.enlarge,
            onPress: windowSize.toggle,
          } as const,
        ]),
    ...(reachable && support
      ? [{ icon: 'ticket', title: strings.tickets.title, onPress: () => setShowsTickets(true) } as const]
      : []),
    ...(reachable ? [{ icon: 'save', title: strings.more.save, onPress: save } as const] : []),
    // A human goes on with what was said.
    ...(reachable && !withHuman
      ? [{ icon: 'fresh', title: strings.more.fresh, onPress: () => chat.startOver(strings.more.fresh_says) } as const]
      : []),
  ];
  const shownPanel = message.shown ?? (pictures.chosen.length > 0 ? 'pictures' : showsTickets ? 'tickets' : null);
  // The field is there again once the panel that took its place is gone.
  const returnFocus = useRef(false);
  useEffect(() => {
    if (!returnFocus.current || shownPanel) return;
    returnFocus.current = false;
    takeFocus();
  });
  const problem = [
    pictures.problem,
    dictationProblem ? strings.voice.problem[dictationProblem] : '',
    recordFailed ? strings.record.failed : '',
  ].find((text) => text !== '');
  const hasFiles = (event: DragEvent): boolean => !blocked && (event.dataTransfer?.types.includes('Files') ?? false);

  return (
    <section
      ref={frame}
      class="window"
      data-mode={settings.mode}
      data-position={settings.position}
      style={page || fills ? {} : windowSize.style}
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
        title={title}
        leaving={leaving}
        onLeave={() => setLeaving(true)}
        page={page}
        size={size}
        onSize={nextSize}
        more={menu}
        onClose={page ? null : onClose}
      />
      <Banner />
      <Announcements />
      {notice && !blocked && (told || rereading) && (
        <NoticePanel notice={notice} again={!told} panel={panel} onClose={() => setRereading(false)} />
      )}
      <SupportBar leaving={leaving} onLeaving={setLeaving} onMessage={message.shown || blocked ? null : message.show} />
      <LightboxProvider value={setEnlarged}>
        <MessageLog
          onSupport={onSupport}
          onNotice={notice && !blocked && !told && !rereading ? () => setRereading(true) : null}
          onEdit={(rejected) => {
            setText(rejected);
            field.current?.focus();
          }}
        />
      </LightboxProvider>
      {problem && (
        <div class="banner" role="alert">
          <span>{problem}</span>
          <button
            type="button"
            onClick={() => {
              pictures.dismiss();
              setDictationProblem(null);
              setRecordFailed(false);
            }}
          >
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
      {shownPanel === 'pictures' && !blocked && (
        <PictureForm
          pictures={pictures.chosen}
          onRemove={pictures.remove}
          onSend={(caption) => {
            pictures.send(caption);
            returnFocus.current = true;
          }}
          onClose={() => {
            pictures.clear();
            returnFocus.current = true;
          }}
        />
      )}
      {shownPanel === 'tickets' && !blocked && (
        <TicketPanel
          onClose={() => {
            setShowsTickets(false);
            returnFocus.current = true;
          }}
        />
      )}
      {!shownPanel && !blocked && <QuickBar />}
      {!shownPanel && !blocked && (
        <Composer
          text={text}
          onText={setText}
          field={field}
          onFiles={takeFiles}
          onDictationProblem={setDictationProblem}
          shown={open}
        />
      )}
      {!page && !fills && <div class="resize-handle" aria-hidden="true" onPointerDown={windowSize.onPointerDown} />}
      {enlarged && <Lightbox picture={enlarged} onClose={() => setEnlarged(null)} />}
      {dragging && (
        <div class="drop" aria-hidden="true">
          {strings.composer.drop}
        </div>
      )}
    </section>
  );
}
