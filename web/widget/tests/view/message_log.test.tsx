import { cleanup, fireEvent } from '@testing-library/preact';
import { afterEach, describe, expect, it } from 'vitest';
import { MessageLog } from '../../src/view/message_log.tsx';
import { renderWith, type Rendered } from './render.tsx';

const STEPS = ['点“忘记密码”', '验证身份', '设新密码'];

function step(number: number, text: string): Record<string, unknown> {
  return {
    text,
    buttons: [{ title: '下一步', payload: '/next_step' }],
    metadata: { response: 'utter_step', progress: { title: '找回登录密码', number, count: 3, steps: STEPS } },
  };
}

const log = (...messages: Record<string, unknown>[]): Rendered =>
  renderWith(<MessageLog onEdit={() => undefined} />, messages);

afterEach(cleanup);

describe('a step', () => {
  it('shows where it is in the whole, what is done, and its text without its heading', () => {
    const { container, getByText } = log(
      step(1, '第1步（共3步）点“忘记密码”：打开APP'),
      step(2, '第2步（共3步）验证身份：请验证'),
    );
    const items = [...container.querySelectorAll('.step-card[data-newest=true] .Step')];
    expect(items.map((item) => item.className)).toEqual([
      'Step Step--completed',
      'Step Step--active',
      'Step Step--disabled',
    ]);
    expect(items[1]?.getAttribute('aria-current')).toBe('step');
    expect(getByText('第2步 / 共3步')).toBeTruthy();
    expect(items[1]?.querySelector('.step-card-text')?.textContent).toBe('请验证');
  });

  it('leaves a text alone that says more than the heading', () => {
    const { container } = log(step(2, '好的。第2步（共3步）验证身份：请验证'));
    expect(container.querySelector('.step-card-text')?.textContent).toBe('好的。第2步（共3步）验证身份：请验证');
  });
});

describe('buttons', () => {
  it('are sent once, however often they are pressed', () => {
    const { getByText, sockets, queryByText } = log(step(1, '第1步'));
    const button = getByText('下一步');
    fireEvent.click(button);
    fireEvent.click(button);
    expect(sockets.current.requests.filter(({ data }) => data.message === '/next_step').length).toBe(1);
    expect(queryByText('下一步', { selector: 'button' })).toBeNull();
  });

  it('are stars when the bot asks for a rating', () => {
    const scale = ['1', '2', '3', '4', '5'].map((title) => ({ title, payload: `/thank{"rating":"${title}"}` }));
    const { getByLabelText, sockets } = log({ text: '打个分吧', buttons: scale, metadata: { ask: 'rating' } });
    fireEvent.click(getByLabelText('4分 满意'));
    expect(sockets.current.last.data).toMatchObject({ message: '/thank{"rating":"4"}', kind: 'payload' });
  });

  it('are topics of a card in a greeting', () => {
    const topics = [{ title: '忘记密码', payload: '/forgot_password' }];
    const { getByText, sockets } = log({ text: '您好', buttons: topics, metadata: { response: 'utter_greet' } });
    fireEvent.click(getByText('忘记密码'));
    expect(sockets.current.last.data).toMatchObject({ message: '/forgot_password' });
  });
});

describe('hostile text', () => {
  it.each([
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '[x](javascript:alert(1))',
    '"><svg onload=1>',
  ])('is shown as it stands wherever it comes from: %s', (text) => {
    const { container } = log(
      { author: 'user', text },
      { author: 'agent', text },
      { author: 'system', text },
      { text, buttons: [{ title: text, payload: '/x' }] },
      { ...step(1, text), metadata: { progress: { title: text, number: 1, count: 1, steps: [text] } } },
      { text, buttons: [{ title: text, payload: '/x' }], metadata: { response: 'utter_greet' } },
    );
    expect(container.querySelectorAll('img, script, svg[onload], [onerror]')).toHaveLength(0);
    for (const link of container.querySelectorAll('a')) expect(link.getAttribute('href')).toMatch(/^https?:/);
    expect(container.textContent).toContain(text);
  });
});

it('offers to send again what has failed', async () => {
  const { chat, sockets, findByText } = log({ text: '您好' });
  chat.sendText('在吗');
  sockets.current.last.acknowledge({ ok: false, error: { code: 'unavailable', message: '暂时发不了，请稍后再试' } });
  await findByText('暂时发不了，请稍后再试');
  fireEvent.click(await findByText('重新发送'));
  expect(sockets.current.last.data).toMatchObject({ message: '在吗' });
  expect(sockets.current.requests).toHaveLength(2);
});
