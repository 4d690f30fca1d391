import { cleanup, fireEvent, screen } from '@testing-library/preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Header } from '../../src/view/header.tsx';
import { ENDED, QUEUED, SERVED, wireSupport } from '../core/support_fixture.ts';
import { renderWith, type Rendered } from './render.tsx';

const onLeave = vi.fn();

function header(support?: Record<string, unknown>, leaving = false): Rendered {
  return renderWith(
    <Header
      title="u钱包客服"
      page={false}
      size="standard"
      onSize={() => undefined}
      more={[]}
      leaving={leaving}
      onLeave={onLeave}
      onClose={() => undefined}
    />,
    [{ text: '您好' }],
    support,
  );
}

afterEach(() => {
  cleanup();
  onLeave.mockReset();
});

it('says before anybody asks that no human is there, and does not claim to be online', () => {
  const { container } = header(wireSupport({ available: false }));
  expect(container.querySelector('.header-status')?.textContent).toBe('人工不在线，转人工可留言');
  expect(screen.getByText('转人工').closest('button')?.title).toBe('人工不在线，转人工可留言');
  cleanup();
  expect(header(wireSupport()).container.querySelector('.header-status')?.textContent).toBe('智能客服为您解答');
});

it.each([undefined, wireSupport(), ENDED])('asks for a human: %j', (support) => {
  const { sockets } = header(support);
  fireEvent.click(screen.getByText('转人工'));
  expect(sockets.current.last.data).toMatchObject({ message: '转人工', kind: 'text' });
});

describe('in the queue', () => {
  it('asks whether the user wants to leave it', () => {
    const { sockets } = header(QUEUED);
    fireEvent.click(screen.getByText('不等了'));
    expect(onLeave).toHaveBeenCalledOnce();
    expect(sockets.current.requests).toHaveLength(0);
    expect(screen.queryByText('转人工')).toBeNull();
  });

  it('does not ask twice', () => {
    header(QUEUED, true);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '不等了' }).disabled).toBe(true);
  });
});

describe('with an agent', () => {
  it('tells who that is, and offers no other human', () => {
    header(SERVED);
    expect(screen.getByRole('status').textContent).toBe('小林正在为您服务');
    expect(screen.queryByText('转人工')).toBeNull();
  });

  it('knows no name that it was not told', () => {
    header({ ...SERVED, agent: null });
    expect(screen.getByRole('status').textContent).toBe('人工客服正在为您服务');
  });

  it('tells first that the connection is lost', async () => {
    const { sockets } = header(SERVED);
    sockets.current.handlers.onDisconnect();
    await screen.findByText('正在重连…');
  });
});
