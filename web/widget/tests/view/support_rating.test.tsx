import { cleanup, fireEvent, screen, waitFor } from '@testing-library/preact';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { storageKey } from '../../src/core/storage.ts';
import { MessageLog } from '../../src/view/message_log.tsx';
import { ENDED } from '../core/support_fixture.ts';
import { renderWith, type Rendered } from './render.tsx';

const TICKET = 'T261123000012';
const CLOSED = {
  author: 'system',
  text: '这次的人工服务结束了。',
  buttons: [1, 2, 3, 4, 5].map((rating) => ({
    title: String(rating),
    payload: `/support_rate{"ticket": "${TICKET}", "rating": ${rating}}`,
  })),
  metadata: { support: 'closed' },
};

const ended = (memory = new MemoryStorage(), ...messages: Record<string, unknown>[]): Rendered =>
  renderWith(
    <MessageLog onNotice={null} onEdit={() => undefined} onSupport={() => false} />,
    [CLOSED, ...messages],
    ENDED,
    memory,
  );

function star(count: number): HTMLInputElement {
  const radio = screen.getAllByRole<HTMLInputElement>('radio')[count - 1];
  if (!radio) throw new Error(`no star ${count}`);
  return radio;
}

afterEach(cleanup);

describe('a rating', () => {
  it('is asked for with radio buttons that say what they mean, in place of the plain buttons', () => {
    ended();
    expect(screen.getAllByRole('radio').map((radio) => radio.getAttribute('aria-label'))).toEqual([
      '1分 很不满意',
      '2分 不太满意',
      '3分 一般',
      '4分 满意',
      '5分 非常满意',
    ]);
    expect(screen.getByRole('group', { name: '刚才的人工服务，您还满意吗？' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: '5' })).toBeNull();
    expect(screen.getByText<HTMLButtonElement>('提交评价').disabled).toBe(true);
  });

  it('is sent once, with what the user says to it, and is gone then', async () => {
    const { sockets } = ended();
    fireEvent.click(star(4));
    fireEvent.input(await screen.findByLabelText('想说的话（可以不写）'), { target: { value: ' 很耐心 ' } });
    fireEvent.click(screen.getByText('提交评价'));
    fireEvent.submit(star(4));
    expect(sockets.current.requests).toHaveLength(1);
    expect(sockets.current.last).toMatchObject({
      name: 'rate_support',
      data: { ticket: TICKET, rating: 4, comment: '很耐心' },
    });
    sockets.current.last.acknowledge({ ok: true });
    await waitFor(() => expect(screen.queryByRole('radio')).toBeNull());
  });

  it('can be skipped, for good', async () => {
    const { memory, sockets } = ended();
    fireEvent.click(screen.getByText('不评了'));
    await waitFor(() => expect(screen.queryByRole('radio')).toBeNull());
    cleanup();
    ended(memory);
    expect(screen.queryByRole('radio')).toBeNull();
    expect(sockets.current.requests).toHaveLength(0);
  });

  it('goes on after a reload where it was', async () => {
    const { memory } = ended();
    fireEvent.click(star(2));
    fireEvent.input(await screen.findByLabelText('想说的话（可以不写）'), { target: { value: '等太久' } });
    cleanup();
    ended(memory);
    expect(star(2).checked).toBe(true);
    expect(screen.getByLabelText<HTMLTextAreaElement>('想说的话（可以不写）').value).toBe('等太久');
  });

  it('is gone in every tab once it is given or skipped in one', async () => {
    const { chat, memory, sockets } = ended();
    memory.setItem(storageKey('demo', 'rating_draft'), JSON.stringify({ ticket: TICKET, rating: 0, skipped: true }));
    chat.onStorageChanged(storageKey('demo', 'rating_draft'));
    await waitFor(() => expect(screen.queryByRole('radio')).toBeNull());
    cleanup();
    ended();
    expect(screen.getAllByRole('radio')).toHaveLength(5);
    cleanup();
    const other = ended();
    other.sockets.current.receive('support_changed', { ...ENDED, rating_wanted: null });
    await waitFor(() => expect(screen.queryByRole('radio')).toBeNull());
    expect(sockets.current.requests).toHaveLength(0);
  });

  it('stays when it could not be sent', async () => {
    const { sockets } = ended();
    fireEvent.click(star(5));
    await waitFor(() => expect(screen.getByText<HTMLButtonElement>('提交评价').disabled).toBe(false));
    fireEvent.click(screen.getByText('提交评价'));
    fireEvent.submit(star(5));
    sockets.current.last.lose();
    await screen.findByText('没能提交，请稍后再点一次。');
    expect(star(5).checked).toBe(true);
  });

  it('does not stand in the way of the next question', () => {
    const { container } = ended(new MemoryStorage(), { author: 'user', text: '怎么注销' }, { text: '注销一共5步' });
    const items = [...container.querySelectorAll('.log-item')];
    expect(items[0]?.querySelectorAll('input[type=radio]')).toHaveLength(5);
    expect(items.at(-1)?.textContent).toContain('注销一共5步');
  });
});
