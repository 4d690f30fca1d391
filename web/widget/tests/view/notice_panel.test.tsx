import { cleanup, fireEvent, screen, waitFor } from '@testing-library/preact';
import { afterEach, expect, it, vi } from 'vitest';
import type { Notice } from '../../src/core/notice.ts';
import { NoticePanel } from '../../src/view/notice_panel.tsx';
import { wireNotice } from '../core/notice_fixture.ts';
import { renderWith, type Rendered } from './render.tsx';

const onClose = vi.fn();

function panel(notice: Notice, again = false): Rendered {
  const view = renderWith(
    <NoticePanel notice={notice} again={again} panel={{ current: null }} onClose={onClose} />,
    [{ text: '您好' }],
    undefined,
    undefined,
    notice,
  );
  return view;
}

const titles = (): (string | null)[] => screen.getAllByRole('button').map(({ textContent }) => textContent);

afterEach(() => {
  cleanup();
  onClose.mockReset();
});

it('is named and described for those who hear it', () => {
  panel(wireNotice());
  const region = screen.getByRole('region', { name: '聊天记录的隐私说明' });
  const described = document.getElementById(region.getAttribute('aria-describedby') ?? '');
  expect(described?.textContent).toContain('您发的文字会保存下来。');
  expect(described?.textContent).toContain('隐私政策的网址没有登记。');
});

it('offers what the mode and the answer before allow', () => {
  const consent = wireNotice({ mode: 'consent' });
  for (const [notice, again, expected] of [
    [wireNotice(), false, ['知道了']],
    [consent, false, ['不同意', '同意']],
    [{ ...consent, answer: 'refused' }, false, ['同意']],
    [{ ...consent, answer: 'withdrawn' }, false, ['同意']],
    [{ ...consent, answer: 'agreed' }, true, ['撤回同意', '关闭说明']],
    [wireNotice({ answer: 'shown' }), true, ['关闭说明']],
  ] as const) {
    panel(notice, again);
    expect(titles()).toEqual(expected);
    cleanup();
  }
});

it('says what refusing means', () => {
  panel(wireNotice({ mode: 'consent', answer: 'refused' }));
  expect(screen.getByRole('status').textContent).toContain('不会收下');
});

it('tells the gateway, and says so when it could not', async () => {
  const { sockets } = panel(wireNotice({ mode: 'consent' }));
  fireEvent.click(screen.getByText('同意'));
  expect(sockets.current.last).toMatchObject({ name: 'answer_notice', data: { answer: 'agreed' } });
  sockets.current.last.lose();
  await waitFor(() => expect(screen.getByRole('status').textContent).toContain('没能记下'));
});

it('links the policy of the deployment', () => {
  panel(wireNotice({ policy_url: 'https://www.example.com/privacy' }));
  const link = screen.getByRole('link');
  expect(link.getAttribute('href')).toBe('https://www.example.com/privacy');
  expect(link.getAttribute('rel')).toContain('noopener');
});
