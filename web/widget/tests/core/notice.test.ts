import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { Chat } from '../../src/core/chat.ts';
import { Gateway } from '../../src/core/gateway.ts';
import { readNotice } from '../../src/core/notice.ts';
import { SiteStorage } from '../../src/core/storage.ts';
import { FakeSockets, type Request } from './fake_socket.ts';
import { wireNotice } from './notice_fixture.ts';

let sockets: FakeSockets;
let chat: Chat;

function confirm(notice: unknown): void {
  sockets.current.receive('session_confirm', { session_id: 'token-1', last_id: 0, messages: [], notice });
}

async function answered(request: Request, answer: unknown): Promise<void> {
  request.acknowledge(answer);
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const uttered = (): unknown[] =>
  sockets.current.requests.filter(({ name }) => name === 'user_uttered').map(({ data }) => data.message);

beforeEach(() => {
  sockets = new FakeSockets();
  chat = new Chat({
    site: 'demo',
    storage: new SiteStorage('demo', new MemoryStorage()),
    gateway: new Gateway('https://chat.example/'),
    connect: sockets.connect,
  });
  chat.start();
  sockets.current.handlers.onConnect();
});

describe('a notice that asks for consent', () => {
  const asked = wireNotice({ mode: 'consent' });

  it('lets nothing be sent before, not even the request for a greeting', () => {
    confirm(asked);
    expect(uttered()).toEqual([]);
    chat.sendText('忘记密码');
    expect(uttered()).toEqual([]);
  });

  it('greets who has agreed', async () => {
    confirm(asked);
    const done = chat.answerNotice('agreed');
    expect(sockets.current.last).toMatchObject({ name: 'answer_notice', data: { version: '1', answer: 'agreed' } });
    await answered(sockets.current.last, { ok: true, notice: { ...asked, answer: 'agreed' } });
    expect(await done).toBe(true);
    expect(uttered()).toEqual(['/session_start']);
  });

  it.each(['refused', 'withdrawn'] as const)('sends nothing of who has %s', async (answer) => {
    confirm({ ...asked, answer: answer === 'withdrawn' ? 'agreed' : null });
    const before = uttered();
    void chat.answerNotice(answer);
    await answered(sockets.current.last, { ok: true, notice: { ...asked, answer } });
    expect(chat.state.get().notice?.answer).toBe(answer);
    chat.sendText('忘记密码');
    expect(uttered()).toEqual(before);
  });

  it('keeps what the gateway refuses for want of consent, and asks what is wanted', async () => {
    confirm(null);
    chat.sendText('忘记密码');
    await answered(sockets.current.last, { ok: true, message: { id: 1, author: 'user', client_id: 'session_start' } });
    await answered(sockets.current.last, { ok: false, error: { code: 'consent_required', message: '请先同意' } });
    expect(sockets.current.emitted.at(-1)?.name).toBe('session_request');
    confirm(asked);
    expect(chat.state.get().outbox).toMatchObject([{ message: '忘记密码', state: 'waiting' }]);
  });

  it('says that an answer is not noted when the line is lost', async () => {
    confirm(asked);
    const done = chat.answerNotice('agreed');
    sockets.current.last.lose();
    expect(await done).toBe(false);
    expect(chat.state.get().notice?.answer).toBeNull();
  });
});

describe('a notice that is only shown', () => {
  it('is noted as seen by who writes below it', () => {
    confirm(wireNotice());
    chat.sendText('忘记密码');
    const told = sockets.current.requests.filter(({ name }) => name === 'answer_notice');
    expect(told.map(({ data }) => data)).toEqual([{ version: '1', answer: 'shown' }]);
  });

  it('is not told of twice', () => {
    confirm(wireNotice({ answer: 'shown' }));
    chat.sendText('忘记密码');
    expect(sockets.current.requests.filter(({ name }) => name === 'answer_notice')).toEqual([]);
  });
});

it('follows no address that is no page of the web', () => {
  expect(readNotice(wireNotice({ policy_url: 'javascript:alert(1)' }))?.policy_url).toBeNull();
  expect(readNotice({})).toBeNull();
});
