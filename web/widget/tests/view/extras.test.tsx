import { cleanup, fireEvent, screen, waitFor } from '@testing-library/preact';
import { useState } from 'preact/hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Composer } from '../../src/view/composer.tsx';
import { MessageLog } from '../../src/view/message_log.tsx';
import { MoreMenu } from '../../src/view/more_menu.tsx';
import { PictureForm } from '../../src/view/picture_form.tsx';
import { TicketPanel } from '../../src/view/ticket_panel.tsx';
import { WelcomeCard } from '../../src/view/welcome_card.tsx';
import { readMessage } from '../../src/core/protocol.ts';
import { renderWith, type Rendered } from './render.tsx';

const log = (...messages: Record<string, unknown>[]): Rendered =>
  renderWith(<MessageLog onNotice={null} onEdit={() => undefined} onSupport={() => false} />, messages);

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('copying', () => {
  it('takes a message or what was noted down as it stands', async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    const details = '交易时间：11月27日\n金额：200元';
    log({ text: '都记下了', metadata: { details } });
    fireEvent.click(screen.getByRole('button', { name: '复制这些内容' }));
    await screen.findByText('已复制');
    fireEvent.click(screen.getByRole('button', { name: '复制这条消息' }));
    expect(writeText.mock.calls).toEqual([[details], ['都记下了']]);
  });

  it('says so where the browser refuses', async () => {
    vi.stubGlobal('navigator', {});
    Object.assign(document, { execCommand: () => false });
    log({ text: '您好' });
    fireEvent.click(screen.getByRole('button', { name: '复制这条消息' }));
    await screen.findByText('没能复制，请长按文字再复制');
    expect(document.querySelectorAll('textarea')).toHaveLength(0);
  });
});

describe('the log', () => {
  it('shows where the new begins for those who come back', async () => {
    const { chat, container, sockets } = log({ text: '您好' });
    chat.markRead();
    const divider = (): Element | null => container.querySelector('.log-divider');
    const hear = (id: number): void =>
      sockets.current.receive('message', {
        id,
        author: 'agent',
        text: `第${id}条`,
        created_at: '2026-11-23T06:01:00Z',
      });
    hear(2);
    chat.markRead();
    expect(divider()).toBeNull();
    hear(3);
    hear(4);
    chat.comeBack();
    chat.markRead();
    await waitFor(() => expect(divider()?.textContent).toBe('以下是新消息'));
    expect(divider()?.closest('[data-id]')?.getAttribute('data-id')).toBe('3');
    chat.sendText('好');
    await waitFor(() => expect(divider()).toBeNull());
  });

  it('folds away what was said before a new conversation, and shows it when asked', async () => {
    const { chat, container, sockets, memory } = log({ text: '您好' }, { author: 'user', text: '旧问题' });
    chat.startOver('重新开始');
    expect(sockets.current.last.data).toMatchObject({ message: '重新开始', kind: 'text' });
    await waitFor(() => expect(container.textContent).not.toContain('旧问题'));
    expect(memory.getItem('uwallet-chat:demo:fresh')).toBe('3');
    fireEvent.click(screen.getByText('查看更早的消息'));
    expect(container.textContent).toContain('旧问题');
    sockets.current.receive('message', { id: 3, author: 'bot', text: '从头来', created_at: '2026-11-23T06:01:00Z' });
    await waitFor(() => expect(container.querySelector('.log-divider')?.textContent).toBe('新的对话'));
  });

  it('makes no link of what a user has typed: they may ask whether it is safe', () => {
    const { container } = log(
      { author: 'user', text: 'https://phish.example 能点吗' },
      { text: '别点 https://ok.example' },
    );
    expect([...container.querySelectorAll('a')].map(({ href }) => href)).toEqual(['https://ok.example/']);
  });

  it('shows time and tools of a message that was touched', () => {
    const { container } = log({ text: '您好' });
    const row = container.querySelector('.row');
    fireEvent.click(screen.getByText('您好'));
    expect(row?.getAttribute('data-touched')).toBe('true');
  });
});

it('the menu closes with Escape and gives the keyboard back', () => {
  const onPress = vi.fn();
  renderWith(<MoreMenu items={[{ icon: 'save', title: '保存', onPress }]} />);
  const opener = screen.getByRole('button', { name: '更多' });
  fireEvent.click(opener);
  fireEvent.keyDown(screen.getByRole('button', { name: '保存' }), { key: 'Escape' });
  expect(screen.queryByRole('button', { name: '保存' })).toBeNull();
  expect(document.activeElement).toBe(opener);
  fireEvent.click(opener);
  fireEvent.click(screen.getByRole('button', { name: '保存' }));
  expect(onPress).toHaveBeenCalledOnce();
  expect(opener.getAttribute('aria-expanded')).toBe('false');
});

describe('pictures before they are sent', () => {
  function form() {
    const onSend = vi.fn();
    const onClose = vi.fn();
    const picture = { file: new File(['x'], 'a.png', { type: 'image/png' }), address: 'blob:a' };
    renderWith(<PictureForm pictures={[picture]} onRemove={vi.fn()} onSend={onSend} onClose={onClose} />);
    return { onSend, onClose, caption: screen.getByLabelText<HTMLInputElement>('说说这张图片（可以不写）') };
  }

  it('take a caption, and are sent with Enter outside of an input method', () => {
    const { onSend, caption } = form();
    fireEvent.input(caption, { target: { value: '付款失败' } });
    fireEvent.keyDown(caption, { key: 'Enter', keyCode: 229 });
    expect(onSend).not.toHaveBeenCalled();
    fireEvent.keyDown(caption, { key: 'Enter', keyCode: 13 });
    expect(onSend).toHaveBeenCalledExactlyOnceWith('付款失败');
  });

  it('stay unsent with Escape, but not with one that gives up a word', () => {
    const { onSend, onClose, caption } = form();
    fireEvent.keyDown(caption, { key: 'Escape', keyCode: 229 });
    expect(onClose).not.toHaveBeenCalled();
    fireEvent.keyDown(caption, { key: 'Escape' });
    expect(onClose).toHaveBeenCalledOnce();
    expect(onSend).not.toHaveBeenCalled();
  });
});

describe('tickets', () => {
  it('are told with their state', async () => {
    const tickets = [{ number: 'T1', status: 'closed', created_at: '2026-11-23T06:00:00Z' }];
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ tickets }))));
    renderWith(<TicketPanel onClose={vi.fn()} />);
    expect((await screen.findByText('T1')).nextSibling?.textContent).toBe('已结束');
    expect(screen.getByRole('button', { name: '复制工单号T1' })).toBeTruthy();
  });

  it('that cannot be had are no "none"', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('offline')));
    renderWith(<TicketPanel onClose={vi.fn()} />);
    await screen.findByText('没能查到，请稍后再试一次。');
  });
});

it('questions of the page stand in the greeting', () => {
  const message = readMessage({ id: 1, text: '您好', metadata: { response: 'utter_greet' } });
  if (!message) throw new Error('no message');
  const { sockets } = renderWith(
    <WelcomeCard message={message} offering chosen="" />,
    [{ text: '您好' }],
    undefined,
    undefined,
    null,
    undefined,
    { hints: '多久到账|怎么退款' },
  );
  fireEvent.click(screen.getByText('怎么退款'));
  expect(sockets.current.last.data).toMatchObject({ message: '怎么退款' });
});

describe('dictation', () => {
  class FakeRecognition {
    static last: FakeRecognition;
    lang = '';
    interimResults = false;
    onresult: ((event: unknown) => void) | null = null;
    onerror: ((event: { error: string }) => void) | null = null;
    onend: (() => void) | null = null;
    start = vi.fn();
    stop = vi.fn();
    abort = vi.fn();
    constructor() {
      FakeRecognition.last = this;
    }
  }

  function Form({ onProblem }: { onProblem: (problem: string) => void }) {
    const [text, setText] = useState('我');
    const field = { current: null };
    return (
      <Composer text={text} onText={setText} field={field} onFiles={vi.fn()} onDictationProblem={onProblem} shown />
    );
  }
  const shown = (): HTMLElement | null => screen.queryByRole('button', { name: '语音输入' });

  it('is not there where the browser cannot, or the page does not want it', () => {
    renderWith(<Form onProblem={vi.fn()} />);
    expect(shown()).toBeNull();
    cleanup();
    vi.stubGlobal('webkitSpeechRecognition', FakeRecognition);
    renderWith(<Form onProblem={vi.fn()} />, [], undefined, undefined, null, undefined, { voice: 'off' });
    expect(shown()).toBeNull();
  });

  it('writes what is heard behind what stands there, and says what went wrong', async () => {
    vi.stubGlobal('webkitSpeechRecognition', FakeRecognition);
    const onProblem = vi.fn();
    renderWith(<Form onProblem={onProblem} />);
    fireEvent.click(screen.getByRole('button', { name: '语音输入' }));
    const { last } = FakeRecognition;
    expect(last.lang).toBe('zh-CN');
    last.onresult?.({ results: [[{ transcript: '忘记' }], [{ transcript: '密码了' }]] });
    await waitFor(() => expect(screen.getByLabelText<HTMLTextAreaElement>('输入消息').value).toBe('我忘记密码了'));
    last.onerror?.({ error: 'network' });
    last.onend?.();
    expect(onProblem).toHaveBeenCalledWith('unavailable');
    await waitFor(() => expect(shown()).toBeNull());
  });
});
