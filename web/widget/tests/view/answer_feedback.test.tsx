import { cleanup, fireEvent, waitFor } from '@testing-library/preact';
import { afterEach, describe, expect, it } from 'vitest';
import { MessageLog } from '../../src/view/message_log.tsx';
import { renderWith, type Rendered } from './render.tsx';

const log = (...messages: Record<string, unknown>[]): Rendered =>
  renderWith(<MessageLog onNotice={null} onEdit={() => undefined} onSupport={() => false} />, messages);

const ANSWER = { text: '点一下“忘记密码”', metadata: { response: 'utter_step' } };

afterEach(cleanup);

describe('what the user says of an answer', () => {
  it('is asked of the last message of an answer, and not of greetings, questions or ratings', () => {
    const { container } = log(
      { text: '您好', metadata: { response: 'utter_greet' } },
      { author: 'user', text: '密码' },
      { text: '先说一句' },
      ANSWER,
      { author: 'user', text: '好了' },
      { text: '请打分', metadata: { ask: 'rating' } },
    );
    const asked = [...container.querySelectorAll('.feedback')];
    expect(asked.map((element) => element.closest('.log-item')?.getAttribute('data-id'))).toEqual(['4']);
    expect(asked[0]?.getAttribute('data-newest')).toBe('false');
  });

  it('goes to the gateway with reasons and words, shows what is kept, and can be taken back', async () => {
    const { getByRole, getByText, queryByText, sockets } = log(ANSWER);
    const answer = (feedback: unknown): void =>
      sockets.current.last.acknowledge({ ok: true, message: { id: 1, author: 'bot', ...ANSWER, feedback } });
    fireEvent.click(getByRole('button', { name: '没帮助' }));
    expect(sockets.current.last).toMatchObject({ name: 'give_feedback', data: { message_id: 1, helpful: false } });
    answer({ helpful: false, reasons: [], comment: null });
    await waitFor(() => getByText('谢谢，记下了'));
    expect(getByRole('button', { name: '没帮助' }).getAttribute('aria-pressed')).toBe('true');
    fireEvent.click(getByText('看不懂'));
    expect(sockets.current.last.data).toMatchObject({ helpful: false, reasons: ['unclear'] });
    answer({ helpful: false, reasons: ['unclear'], comment: null });
    await waitFor(() => expect(getByText('看不懂').getAttribute('aria-pressed')).toBe('true'));
    fireEvent.input(getByRole('textbox'), { target: { value: ' 没有这个按钮 ' } });
    fireEvent.click(getByText('提交'));
    expect(sockets.current.last.data).toMatchObject({ reasons: ['unclear'], comment: '没有这个按钮' });
    answer({ helpful: false, reasons: ['unclear'], comment: '没有这个按钮' });
    await waitFor(() => expect(queryByText('看不懂')).toBeNull());
    fireEvent.click(getByRole('button', { name: '没帮助' }));
    expect(sockets.current.last.data).toMatchObject({ helpful: null });
  });

  it('says so when it could not be kept', async () => {
    const { getByRole, getByText, sockets } = log(ANSWER);
    fireEvent.click(getByRole('button', { name: '有帮助' }));
    sockets.current.last.acknowledge({ ok: false, error: { code: 'rate_limited' } });
    await waitFor(() => getByText('没能记下，请稍后再点一次'));
    expect(getByRole('button', { name: '有帮助' }).getAttribute('aria-pressed')).toBe('false');
  });
});
