import { cleanup, fireEvent, screen, waitFor } from '@testing-library/preact';
import type { JSX } from 'preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { MessageForm, MessageLeft } from '../../src/view/message_form.tsx';
import { useMessageForm } from '../../src/view/use_message_form.ts';
import { NOBODY_THERE, SERVED } from '../core/support_fixture.ts';
import { renderWith, type Rendered } from './render.tsx';

const onTakenUp = vi.fn();

function Place(): JSX.Element {
  const { shown, draft, focus, number, show, hide, change, finish } = useMessageForm(onTakenUp);
  if (shown === 'left') return <MessageLeft number={number} onClose={hide} />;
  if (shown === null) return <button onClick={show}>打开</button>;
  return <MessageForm draft={draft} onDraft={change} focus={focus} onLeft={finish} onClose={hide} />;
}

function show(memory = new MemoryStorage()): Rendered {
  return renderWith(<Place />, [{ text: '您好' }], NOBODY_THERE, memory);
}

const field = (name: string): HTMLInputElement => screen.getByLabelText<HTMLInputElement>(name);
const write = (name: string, value: string): unknown => fireEvent.input(field(name), { target: { value } });

async function open(memory?: MemoryStorage): Promise<Rendered> {
  const view = show(memory);
  fireEvent.click(screen.getByText('打开'));
  await screen.findByText('给人工客服留言');
  return view;
}

function submit(): void {
  fireEvent.submit(screen.getByRole('form'));
}

afterEach(() => {
  cleanup();
  onTakenUp.mockReset();
});

describe('a message', () => {
  it('is left with a contact, made tidy, and its number is shown', async () => {
    const { sockets } = await open();
    expect(document.activeElement).toBe(field('您的问题'));
    write('您的问题', ' 钱没到账 ');
    write('手机号或邮箱', '１３８ ００１３ ８０００ ');
    submit();
    expect(sockets.current.last).toMatchObject({
      name: 'leave_message',
      data: { text: '钱没到账', contact: '138 0013 8000' },
    });
    // Impatience sends nothing twice.
    submit();
    submit();
    expect(sockets.current.requests).toHaveLength(1);
    sockets.current.last.acknowledge({ ok: true, ticket: { number: 'T261123000012', status: 'message' } });
    await screen.findByText('您的工单号是 T261123000012');
    fireEvent.click(screen.getByText('好的'));
    fireEvent.click(await screen.findByText('打开'));
    await screen.findByText('给人工客服留言');
    expect(field('您的问题').value).toBe('');
  });

  it('needs words and a contact, and says so kindly', async () => {
    const { sockets } = await open();
    submit();
    await screen.findByText('您还没写遇到了什么问题呢。');
    screen.getByText('请留一个手机号或邮箱，不然客服联系不到您。');
    expect(document.activeElement).toBe(field('您的问题'));
    write('您的问题', '钱没到账');
    write('手机号或邮箱', '1380013800');
    submit();
    await screen.findByText('手机号应该是11位，您填了10位，麻烦您再看一下。');
    expect(document.activeElement).toBe(field('手机号或邮箱'));
    expect(field('手机号或邮箱').getAttribute('aria-invalid')).toBe('true');
    write('手机号或邮箱', '问我同事');
    submit();
    await screen.findByText('这个手机号或邮箱好像不完整，麻烦您再看一下。');
    expect(sockets.current.requests).toHaveLength(0);
  });

  it('is not longer than the gateway takes', async () => {
    await open();
    write('您的问题', '长'.repeat(23));
    write('手机号或邮箱', '13800138000');
    submit();
    await screen.findByText('太长了，请删掉3个字再发');
  });

  it('stays as it was written when it is refused', async () => {
    const { sockets } = await open();
    write('您的问题', '钱没到账');
    write('手机号或邮箱', '13800138000');
    submit();
    sockets.current.last.acknowledge({ ok: false, error: { code: 'contact_invalid', message: '这个号码打不通' } });
    await screen.findByText('这个号码打不通');
    expect([field('您的问题').value, field('手机号或邮箱').value]).toEqual(['钱没到账', '13800138000']);
    submit();
    sockets.current.last.lose();
    await screen.findByText('没能提交，您写的内容都还在，请稍后再点一次。');
    expect(field('您的问题').value).toBe('钱没到账');
  });

  it('is the same one when it is sent again, and another one when it was changed', async () => {
    const { sockets } = await open();
    write('您的问题', '钱没到账');
    write('手机号或邮箱', '13800138000');
    const send = async (): Promise<unknown> => {
      submit();
      const { client_id } = sockets.current.last.data;
      sockets.current.last.lose();
      await screen.findByText('没能提交，您写的内容都还在，请稍后再点一次。');
      return client_id;
    };
    const first = await send();
    expect(await send()).toBe(first);
    write('您的问题', '钱还没到账');
    expect(await send()).not.toBe(first);
  });

  it('waits in the form while there is no connection', async () => {
    const { sockets } = await open();
    write('您的问题', '钱没到账');
    write('手机号或邮箱', '13800138000');
    sockets.current.handlers.onDisconnect();
    submit();
    await screen.findByText('暂时连不上客服，您写的内容都还在，连上后再点一次就行。');
  });
});

describe('the form', () => {
  it('is there again after a reload, with what was written', async () => {
    const memory = new MemoryStorage();
    await open(memory);
    write('您的问题', '写到一半');
    write('手机号或邮箱', '138');
    cleanup();
    show(memory);
    expect([field('您的问题').value, field('手机号或邮箱').value]).toEqual(['写到一半', '138']);
  });

  it('closes with Escape, and keeps what was written', async () => {
    await open();
    write('您的问题', '写到一半');
    fireEvent.keyDown(field('您的问题'), { key: 'Escape' });
    fireEvent.click(await screen.findByText('打开'));
    await screen.findByText('给人工客服留言');
    expect(field('您的问题').value).toBe('写到一半');
  });

  it('stays at an Escape that gives up a word, which Safari tells after composing', async () => {
    await open();
    fireEvent.keyDown(field('您的问题'), { key: 'Escape', keyCode: 229 });
    expect(screen.queryByText('打开')).toBeNull();
  });

  it('gives way to an agent, who is told what was written', async () => {
    const { sockets } = await open();
    write('您的问题', '写到一半');
    sockets.current.receive('support_changed', SERVED);
    await screen.findByText('打开');
    await waitFor(() => expect(onTakenUp).toHaveBeenCalledExactlyOnceWith('写到一半'));
  });

  it('is empty for another user', async () => {
    const { chat } = await open();
    write('您的问题', '我的秘密');
    chat.setUser({ id: 'somebody-else', hash: 'h' });
    await waitFor(() => expect(screen.queryByRole('form')).toBeNull());
  });
});
