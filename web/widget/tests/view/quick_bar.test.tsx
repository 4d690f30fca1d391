import { act, cleanup, fireEvent, screen } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QuickBar } from '../../src/view/quick_bar.tsx';
import { WelcomeCard } from '../../src/view/welcome_card.tsx';
import { readMessage } from '../../src/core/protocol.ts';
import { QUEUED, SERVED } from '../core/support_fixture.ts';
import { renderWith, type Rendered } from './render.tsx';

const HOT = ['忘记密码怎么办', '怎么注销账户', '支付失败是什么原因', '怎么申诉一笔交易'];
const GREETING = {
  text: '您好',
  buttons: [{ title: '忘记密码', payload: '/forgot_password' }],
  metadata: { response: 'utter_greet' },
};
const hot = vi.fn(() => Promise.resolve(HOT.map((text, index) => ({ text, atWelcome: index !== 3 }))));
const questions = { hot, like: () => Promise.resolve([]) };

beforeEach(() => {
  hot.mockClear();
});
afterEach(cleanup);

function bar(support?: Record<string, unknown>): Rendered {
  return renderWith(<QuickBar />, [GREETING], support, undefined, null, questions);
}

async function press(name: string): Promise<void> {
  await act(async () => {
    fireEvent.click(screen.getByRole('button', { name }));
    await Promise.resolve();
  });
}

it.each(['转人工', '主菜单'])('sends %s as if it were typed', async (name) => {
  const { sockets } = bar();
  await press(name);
  expect(sockets.current.requests).toHaveLength(1);
  expect(sockets.current.last.data).toMatchObject({ message: name, kind: 'text' });
});

it('asks for no human where one is on the way, and is not there while one speaks', () => {
  bar(QUEUED);
  expect(screen.queryByText('转人工')).toBeNull();
  expect(screen.getByText('主菜单')).toBeTruthy();
  cleanup();
  expect(bar(SERVED).container.querySelector('button')).toBeNull();
});

describe('the questions', () => {
  it('are fetched when they are opened, and lie beside the topics', async () => {
    const { sockets } = bar();
    expect(hot).not.toHaveBeenCalled();
    await press('常见问题');
    const opener = screen.getByRole('button', { name: '常见问题' });
    expect(opener.getAttribute('aria-expanded')).toBe('true');
    expect(document.activeElement?.id).toBe(opener.getAttribute('aria-controls'));
    expect(screen.getByRole('button', { name: '忘记密码' })).toBeTruthy();
    await press('怎么申诉一笔交易');
    expect(sockets.current.last.data).toMatchObject({ message: '怎么申诉一笔交易', kind: 'text' });
    expect(screen.queryByText('怎么申诉一笔交易')).toBeNull();
  });

  it('send a topic as its title: its button may be old', async () => {
    const { sockets } = bar();
    await press('常见问题');
    await press('忘记密码');
    expect(sockets.current.last.data).toMatchObject({ message: '忘记密码', kind: 'text' });
  });

  it('close with Escape, and give the keyboard back', async () => {
    bar();
    await press('常见问题');
    const onWindowKey = vi.fn();
    document.body.addEventListener('keydown', onWindowKey, { once: true });
    fireEvent.keyDown(screen.getByText('大家常问'), { key: 'Escape' });
    expect(screen.queryByText('大家常问')).toBeNull();
    expect(onWindowKey).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(screen.getByRole('button', { name: '常见问题' }));
  });

  it('say so where there are none', async () => {
    hot.mockResolvedValueOnce([]);
    renderWith(<QuickBar />, [{ text: '您好' }], undefined, undefined, null, questions);
    await press('常见问题');
    expect(screen.getByText('直接打字问我就行。')).toBeTruthy();
  });
});

describe('the greeting', () => {
  async function welcome(offering: boolean): Promise<Rendered> {
    const message = readMessage({ id: 1, author: 'bot', ...GREETING });
    if (!message) throw new Error('no message');
    const content = <WelcomeCard message={message} offering={offering} chosen="" />;
    const view = renderWith(content, [GREETING], undefined, undefined, null, questions);
    await act(() => Promise.resolve());
    return view;
  }

  it('has those asked most that are for it', async () => {
    const { sockets } = await welcome(true);
    expect(screen.queryByText(HOT[3] ?? '')).toBeNull();
    await press(HOT[2] ?? '');
    expect(sockets.current.last.data).toMatchObject({ message: HOT[2], kind: 'text' });
  });

  it('has none where the server has none, or its time is over', async () => {
    hot.mockResolvedValueOnce([]);
    await welcome(true);
    expect(screen.queryByText('大家常问')).toBeNull();
    cleanup();
    await welcome(false);
    expect(screen.queryByText('大家常问')).toBeNull();
  });
});
