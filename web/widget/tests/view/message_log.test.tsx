import { cleanup, fireEvent } from '@testing-library/preact';
import { afterEach, describe, expect, it } from 'vitest';
import { MessageLog } from '../../src/view/message_log.tsx';
import { QUEUED, SERVED } from '../core/support_fixture.ts';
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
  renderWith(<MessageLog onNotice={null} onEdit={() => undefined} onSupport={() => false} />, messages);

afterEach(cleanup);

it('what comes too fast is said to be sent by itself', async () => {
  const { chat, sockets, findByText } = log({ text: '您好' });
  chat.sendText('在吗');
  const error = { code: 'rate_limited', message: '发得太快了，请过8秒再发。', retry_after: 8 };
  sockets.current.last.acknowledge({ ok: false, error });
  await findByText('发得有点快，过几秒会自动发出');
  chat.stop();
});

describe('what was offered', () => {
  const WARNING = {
    text: '注销后恢复不了',
    buttons: [
      { title: '我已了解，继续注销', payload: '/affirm', role: 'danger' },
      { title: '先不注销', payload: '/deny', role: 'primary' },
    ],
    metadata: { response: 'utter_warning', tone: 'warning' },
  };

  it('says what cannot be undone and what is safe, whatever comes first', () => {
    const { container, getByRole } = log(WARNING);
    expect(getByRole('button', { name: '我已了解，继续注销' }).dataset.role).toBe('danger');
    expect(getByRole('button', { name: '先不注销' }).dataset.role).toBe('primary');
    expect(container.querySelector('.Bubble[data-tone=warning]')?.textContent).toContain('请仔细看');
  });

  it('stays to be read afterwards, with what was chosen', () => {
    const { container, queryByRole } = log(WARNING, { author: 'user', text: '先不注销' }, { text: '好的' });
    expect(queryByRole('button', { name: '先不注销' })).toBeNull();
    const items = [...container.querySelectorAll('.former-offer li')];
    expect(items.map((item) => item.textContent)).toEqual(['我已了解，继续注销', '先不注销（已选）']);
  });

  it('names the message that a press belongs to', () => {
    const { getByRole, sockets } = log({ text: '您好' }, WARNING);
    fireEvent.click(getByRole('button', { name: '先不注销' }));
    expect(sockets.current.last.data).toMatchObject({ message: '/deny', offered_by: 2 });
  });
});

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

  it('is gone to with a press on its name', () => {
    const { getByRole, queryByRole, sockets } = log(step(1, '第1步'), step(2, '第2步'));
    expect(queryByRole('button', { name: '看第2步：验证身份' })).toBeNull();
    fireEvent.click(getByRole('button', { name: '看第3步：设新密码' }));
    expect(sockets.current.last.data).toMatchObject({ message: '第3步', kind: 'text' });
  });

  it('tells a screen reader of a change in one short sentence', () => {
    const { container } = log(step(1, '第1步'), step(2, '第2步（共3步）验证身份：请验证'));
    const card = container.querySelector('.step-card[data-newest=true]');
    expect(card?.getAttribute('aria-live')).toBe('off');
    const told = [...container.querySelectorAll('.step-card [aria-live=polite]')].map((part) => part.textContent);
    expect(told).toEqual(['第2步 / 共3步，验证身份']);
  });

  it('shows as done only what was shown before in this walk', () => {
    const { container } = log(step(1, '第1步'), step(3, '第3步'));
    const states = [...container.querySelectorAll('.step-card[data-newest=true] .Step')].map((item) =>
      item.getAttribute('data-state'),
    );
    expect(states).toEqual(['done', 'skipped', 'current']);
  });

  it('says of a cause that it was checked, not that it is fine', () => {
    const cause = (number: number): Record<string, unknown> => ({
      text: '请看看',
      metadata: { progress: { kind: 'diagnosis', title: '支付失败', number, count: 3, steps: STEPS } },
    });
    const { container } = log(cause(1), cause(2));
    const first = container.querySelector('.step-card[data-newest=true] .Step');
    expect(first?.getAttribute('data-state')).toBe('checked');
    expect(first?.textContent).toContain('已排查');
  });

  it('shows the picture and the way into the app that it carries, and no address that runs something', () => {
    const carrying = (url: string): Record<string, unknown> => {
      const { metadata, ...rest } = step(1, '请看') as { metadata: { progress: object } };
      const picture = { url: 'https://example.com/1.png', alt: '登录界面' };
      return { ...rest, metadata: { progress: { ...metadata.progress, picture, link: { url, title: '打开' } } } };
    };
    const { getByAltText, getByRole } = log(carrying('uwallet://login'));
    expect(getByAltText('登录界面')).toBeTruthy();
    expect(getByRole('link', { name: '打开' }).getAttribute('href')).toBe('uwallet://login');
    cleanup();
    expect(log(carrying('javascript:alert(1)')).queryByRole('link', { name: '打开' })).toBeNull();
  });

  it('shows the card of an answer that is no step', () => {
    const picture = { url: 'https://example.com/1.png', alt: '登录界面' };
    const card = { picture, link: { url: 'https://example.com/help', title: '查看说明' } };
    const { getByAltText, getByRole } = log({ text: '请看', metadata: { card } });
    expect(getByAltText('登录界面')).toBeTruthy();
    expect(getByRole('link', { name: '查看说明' }).getAttribute('href')).toBe('https://example.com/help');
  });

  it('leaves a text alone that says more than the heading', () => {
    const { container } = log(step(2, '好的。第2步（共3步）验证身份：请验证'));
    expect(container.querySelector('.step-card-text')?.textContent).toBe('好的。第2步（共3步）验证身份：请验证');
  });
});

describe('buttons', () => {
  it('of a choice carry the numbers that the bot takes for them', () => {
    const titles = ['忘记密码', '账户安全', '都不是'];
    const { getByRole, container } = log({
      text: '您是不是想问',
      buttons: titles.map((title, index) => ({ title, payload: index === 2 ? '/deny' : `/topic_${index}` })),
      metadata: { ask: 'choice' },
    });
    expect([...container.querySelectorAll('.quick-replies button')].map(({ textContent }) => textContent)).toEqual([
      '1忘记密码',
      '2账户安全',
      '都不是',
    ]);
    expect(getByRole('button', { name: '账户安全' })).toBeTruthy();
  });

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

describe('an agent', () => {
  const served = (changes: Record<string, unknown>, ...messages: Record<string, unknown>[]): Rendered =>
    renderWith(<MessageLog onNotice={null} onEdit={() => undefined} onSupport={() => false} />, messages, {
      ...SERVED,
      ...changes,
    });
  const says = (text: string, name = '小林'): Record<string, unknown> => ({
    author: 'agent',
    text,
    metadata: { agent: { name } },
  });

  it('is named where they begin to speak, also after another agent', () => {
    const { container } = served({}, says('您好'), says('我看看'), says('我接着来', '小王'));
    expect([...container.querySelectorAll('.row-author')].map((name) => name.textContent)).toEqual([
      '小林人工客服',
      '小王人工客服',
    ]);
    expect([...container.querySelectorAll('.only-read')].map((name) => name.textContent)).toEqual([
      '小林（人工客服）：',
      '小林（人工客服）：',
      '小王（人工客服）：',
    ]);
  });

  it("has seen the user's last message up to a point", () => {
    const messages = ['一', '二', '三'].map((text) => ({ author: 'user', text }));
    const { container } = served({ agent_read_id: 2 }, ...messages);
    const marks = [...container.querySelectorAll('.row-seen')];
    expect(marks.map((mark) => mark.closest('.log-item')?.getAttribute('data-id'))).toEqual(['2']);
    expect(marks[0]?.textContent).toBe('已读');
  });

  it('has seen nothing that was said to the bot, once they are gone', () => {
    const { container } = served({ owner: 'closed', agent_read_id: 1 }, { author: 'user', text: '一' });
    expect(container.querySelectorAll('.row-seen')).toHaveLength(0);
  });

  it('is seen typing', async () => {
    const { sockets, findByText, container } = served({}, says('您好'));
    sockets.current.receive('bot_typing', { typing: true, author: 'agent' });
    await findByText('小林正在输入');
    expect(container.querySelector('.typing-row [data-author=agent]')).toBeTruthy();
  });

  it('sends pictures', () => {
    const attachment = {
      id: 'a',
      url: '/api/v1/attachments/a',
      content_type: 'image/png',
      width: 6,
      height: 4,
      size: 9,
    };
    const { container } = served({}, { author: 'agent', text: '', attachment, metadata: { agent: { name: '小林' } } });
    expect(container.querySelector('[data-author=agent] img')?.getAttribute('src')).toBe(
      'https://chat.example/api/v1/attachments/a',
    );
  });

  it("leaves the bot's buttons without use", () => {
    const { queryByText } = served({}, step(1, '第1步'), { author: 'system', text: '小林来了' });
    expect(queryByText('下一步', { selector: 'button' })).toBeNull();
  });
});

it("keeps the bot's way on beside a notice of the gateway", () => {
  const notice = {
    author: 'system',
    text: '现在没有人工客服在线',
    buttons: [{ title: '留言', payload: '/support_leave_message' }],
    metadata: { support: 'nobody_there' },
  };
  const { container } = log(step(2, '第2步'), notice);
  expect([...container.querySelectorAll('.quick-replies button')].map((button) => button.textContent)).toEqual([
    '留言',
    '下一步',
  ]);
});

describe("the gateway's own buttons", () => {
  const offer = {
    author: 'system',
    text: '让您久等了',
    buttons: [
      { title: '留言', payload: '/support_leave_message' },
      { title: '继续等', payload: '/support_keep_waiting' },
    ],
    metadata: { support: 'timeout' },
  };

  it('are done by the window where it can, else by the gateway', () => {
    const asked: string[] = [];
    const onSupport = (payload: string): boolean => asked.push(payload) === 1;
    const { getByText, sockets } = renderWith(
      <MessageLog onNotice={null} onEdit={() => undefined} onSupport={onSupport} />,
      [offer],
      {
        ...QUEUED,
        can_leave_message: true,
      },
    );
    fireEvent.click(getByText('留言'));
    expect(sockets.current.requests).toHaveLength(0);
    fireEvent.click(getByText('继续等'));
    expect(sockets.current.last.data).toMatchObject({ message: '/support_keep_waiting', kind: 'payload' });
    expect(asked).toEqual(['/support_leave_message', '/support_keep_waiting']);
  });
});

it('tells which messages were left for human support', () => {
  const { container } = log(
    { author: 'user', text: '钱没到账', metadata: { support: 'message', contact: '13800138000' } },
    { author: 'user', text: '我留一句', metadata: { support: 'message' } },
  );
  expect([...container.querySelectorAll('.row-seen')].map((mark) => mark.textContent)).toEqual([
    '给人工客服的留言，联系方式：13800138000',
    '给人工客服的留言',
  ]);
});

describe("a rating of the bot's", () => {
  const scale = ['1', '2', '3', '4', '5'].map((title) => ({ title, payload: `/thank{"rating":"${title}"}` }));
  const asked = { text: '打个分吧', buttons: scale, metadata: { ask: 'rating' } };

  it('is told in words', () => {
    const { container } = log(asked, { author: 'user', text: '5' });
    expect(container.querySelector('[data-author=user] .Bubble')?.textContent).toBe('5分，非常满意');
  });

  it('is told in words on its way, too', async () => {
    const { getByLabelText, findByText } = log(asked);
    fireEvent.click(getByLabelText('2分 不太满意'));
    await findByText('2分，不太满意');
  });

  it('is only what was asked for', () => {
    const { container } = log({ text: '多少钱？' }, { author: 'user', text: '5' });
    expect(container.querySelector('[data-author=user] .Bubble')?.textContent).toBe('5');
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
      { author: 'agent', text, metadata: { agent: { name: text } } },
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

it('tells with each message when it was written, and reads no time out as news', () => {
  const messages = ['06:00', '06:01'].map((time) => ({ text: '好', created_at: `2026-11-23T${time}:00Z` }));
  const { container } = log(...messages);
  const times = [...container.querySelectorAll<HTMLTimeElement>('.row-content > time')];
  expect(times.map(({ dateTime }) => dateTime)).toEqual(['2026-11-23T06:00:00Z', '2026-11-23T06:01:00Z']);
  for (const time of times) {
    expect(time.textContent).toMatch(/\d\d:0[01]$/);
    expect(time.getAttribute('aria-live')).toBe('off');
  }
});
