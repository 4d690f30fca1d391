import { cleanup, fireEvent, screen, waitFor } from '@testing-library/preact';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SupportBar } from '../../src/view/support_bar.tsx';
import { ENDED, NOBODY_THERE, QUEUED, SERVED, wireSupport } from '../core/support_fixture.ts';
import { renderWith, type Rendered } from './render.tsx';

const onMessage = vi.fn();

function Bar(): JSX.Element {
  const [leaving, setLeaving] = useState(false);
  return <SupportBar leaving={leaving} onLeaving={setLeaving} onMessage={onMessage} />;
}

const bar = (support?: Record<string, unknown>): Rendered => renderWith(<Bar />, [{ text: '您好' }], support);

afterEach(() => {
  cleanup();
  onMessage.mockReset();
});

describe('in the queue', () => {
  it.each([
    [{ position: 2, wait_minutes: 3 }, '您排在第2位，大约还要等3分钟'],
    [{ position: 2, wait_minutes: 6, wait_minutes_least: 3 }, '您排在第2位，大约还要等3到6分钟'],
    [{ position: 2, wait_minutes: null }, '您排在第2位'],
    [{ position: 1, wait_minutes: 0 }, '下一位就轮到您了，大约还要等1分钟'],
    [{ position: null, wait_minutes: null }, '正在为您排队，马上告诉您排在第几位'],
  ])('tells the place and the wait: %j', (place, text) => {
    bar({ ...QUEUED, ...place });
    expect(screen.getByRole('status').textContent).toBe(`${text}工单号T261123000012`);
  });

  it('follows the gateway', () => {
    const { sockets } = bar(QUEUED);
    sockets.current.receive('support_changed', { ...QUEUED, position: 1, wait_minutes: 1 });
    return screen.findByText('下一位就轮到您了，大约还要等1分钟');
  });

  it('leaves only when asked twice, and not where the first press was', async () => {
    const { sockets } = bar(QUEUED);
    const first = screen.getByText('不等了');
    fireEvent.click(first);
    // A second press at the same place: the button is gone.
    fireEvent.click(first);
    expect(sockets.current.requests).toHaveLength(0);
    expect(document.activeElement?.textContent).toBe('继续等');
    fireEvent.click(await screen.findByText('不等了'));
    expect(sockets.current.last).toMatchObject({ name: 'leave_queue' });
    expect(screen.getByText<HTMLButtonElement>('正在取消排队…').disabled).toBe(true);
    sockets.current.last.acknowledge({ ok: true });
    sockets.current.receive('support_changed', wireSupport());
    await waitFor(() => expect(screen.queryByText('继续等')).toBeNull());
  });

  it('stays when the user thinks better of it', async () => {
    const { sockets } = bar(QUEUED);
    fireEvent.click(screen.getByText('不等了'));
    fireEvent.click(screen.getByText('继续等'));
    expect((await screen.findByRole('status')).textContent).toContain('您排在第2位');
    expect(sockets.current.requests).toHaveLength(0);
  });

  it('tells when leaving has failed', async () => {
    const { sockets } = bar(QUEUED);
    fireEvent.click(screen.getByText('不等了'));
    fireEvent.click(await screen.findByText('不等了'));
    sockets.current.last.lose();
    await screen.findByText('没能取消排队，请稍后再试一次。');
    fireEvent.click(screen.getByText('不等了'));
    sockets.current.last.acknowledge({ ok: false, error: { code: 'unavailable', message: '系统正忙' } });
    await screen.findByText('系统正忙');
  });

  it('offers to leave a message when that is possible', () => {
    bar({ ...QUEUED, can_leave_message: true });
    fireEvent.click(screen.getByText('留言'));
    expect(onMessage).toHaveBeenCalled();
  });
});

describe('with nobody there', () => {
  it('offers to leave a message', () => {
    bar(NOBODY_THERE);
    fireEvent.click(screen.getByText('留言'));
    expect(onMessage).toHaveBeenCalled();
  });

  it('tells that one was left, until the user has had enough of it', async () => {
    const left = { ...NOBODY_THERE, can_leave_message: false };
    const { memory } = bar(left);
    screen.getByText('留言已收到，工单T261123000012等待客服处理');
    fireEvent.click(screen.getByLabelText('关闭提示'));
    await waitFor(() => expect(screen.queryByRole('status')).toBeNull());
    cleanup();
    renderWith(<Bar />, [{ text: '您好' }], left, memory);
    expect(screen.queryByRole('status')).toBeNull();
  });
});

it('leaves its room to the form for a message', () => {
  const view = renderWith(
    <SupportBar leaving={false} onLeaving={() => undefined} onMessage={null} />,
    [{ text: '您好' }],
    NOBODY_THERE,
  );
  expect(view.container.textContent).toBe('');
});

it.each([
  ['an older gateway', undefined],
  ['the bot', wireSupport()],
  ['the bot, out of hours', wireSupport({ can_leave_message: true })],
  ['an agent', SERVED],
  ['nobody any more', ENDED],
])('is not there with %s', (_, support) => expect(bar(support).container.textContent).toBe(''));
