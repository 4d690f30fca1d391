import { act, cleanup, fireEvent, screen } from '@testing-library/preact';
import { useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Composer } from '../../src/view/composer.tsx';
import { SERVED } from '../core/support_fixture.ts';
import { renderWith, type Rendered } from './render.tsx';

const FOUND = ['忘记密码怎么办', '怎么找回登录密码'];
const like = vi.fn(() => Promise.resolve(FOUND));

function Form(): JSX.Element {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  return <Composer text={text} onText={setText} field={field} onFiles={vi.fn()} onDictationProblem={vi.fn()} shown />;
}

beforeEach(() => {
  vi.useFakeTimers();
  like.mockClear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

type View = Rendered & { field: HTMLTextAreaElement; onWindowKey: () => void };

function form(messages: Record<string, unknown>[] = [{ text: '您好' }], support?: object, suggesting = true): View {
  const onWindowKey = vi.fn();
  const view = renderWith(
    <div onKeyDown={onWindowKey}>
      <Form />
    </div>,
    messages,
    support as Record<string, unknown> | undefined,
    undefined,
    null,
    { hot: () => Promise.resolve([]), like },
    { suggestions: suggesting ? 'on' : 'off' },
  );
  return { ...view, onWindowKey, field: screen.getByLabelText<HTMLTextAreaElement>('输入消息') };
}

async function rest(): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(1_000);
  });
}

async function write(view: View, text: string): Promise<void> {
  fireEvent.input(view.field, { target: { value: text } });
  await rest();
}

const options = (): (string | null)[] => screen.queryAllByRole('option').map(({ textContent }) => textContent);

it('lists questions once the typing rests', async () => {
  const view = form();
  for (const text of ['密', '密码', '密码忘']) fireEvent.input(view.field, { target: { value: text } });
  await rest();
  expect(like.mock.calls).toEqual([['密码忘']]);
  expect(options()).toEqual(FOUND);
  expect(view.field.getAttribute('aria-controls')).toBe(screen.getByRole('listbox').id);
  expect(view.container.textContent).toContain('有2个相似的问题');
});

it('chooses with the arrows, and sends the chosen one with Enter', async () => {
  const view = form();
  await write(view, '密码');
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp']) fireEvent.keyDown(view.field, { key });
  const chosen = screen.getByRole('option', { selected: true });
  expect(chosen.textContent).toBe(FOUND[1]);
  expect(view.field.getAttribute('aria-activedescendant')).toBe(chosen.id);
  fireEvent.keyDown(view.field, { key: 'Enter', keyCode: 13 });
  expect(view.sockets.current.last.data).toMatchObject({ message: FOUND[1], kind: 'text' });
  expect(view.field.value).toBe('');
  await rest();
  expect(options()).toEqual([]);
});

it('sends what was typed where none is chosen', async () => {
  const view = form();
  await write(view, '密码');
  fireEvent.keyDown(view.field, { key: 'Enter', keyCode: 13 });
  expect(view.sockets.current.last.data).toMatchObject({ message: '密码' });
  expect(options()).toEqual([]);
});

it('sends the one that is pressed', async () => {
  const view = form();
  await write(view, '密码');
  fireEvent.click(screen.getByText(FOUND[0] ?? ''));
  expect(view.sockets.current.last.data).toMatchObject({ message: FOUND[0] });
});

it('closes with Escape, without the window and what was typed', async () => {
  const view = form();
  await write(view, '密码');
  fireEvent.keyDown(view.field, { key: 'Escape' });
  expect(options()).toEqual([]);
  expect(view.onWindowKey).not.toHaveBeenCalled();
  expect(view.field.value).toBe('密码');
  fireEvent.keyDown(view.field, { key: 'Escape' });
  expect(view.onWindowKey).toHaveBeenCalledOnce();
});

it('waits for an input method', async () => {
  const view = form();
  fireEvent.compositionStart(view.field);
  await write(view, "mi'ma");
  expect(like).not.toHaveBeenCalled();
  fireEvent.input(view.field, { target: { value: '密码' } });
  fireEvent.compositionEnd(view.field);
  await rest();
  expect(like.mock.calls).toEqual([['密码']]);
});

it('shows no late answer to what was sent meanwhile', async () => {
  const view = form();
  let answer: (questions: string[]) => void = () => undefined;
  like.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  await write(view, '密码');
  fireEvent.keyDown(view.field, { key: 'Enter', keyCode: 13 });
  fireEvent.input(view.field, { target: { value: '好' } });
  await act(async () => {
    answer(FOUND);
    await Promise.resolve();
  });
  expect(options()).toEqual([]);
});

it.each([
  ['an agent has the conversation', [{ text: '您好' }], SERVED, true],
  ['a contact is asked for', [{ text: '手机号是多少？', metadata: { ask: 'contact' } }], undefined, true],
  ['a detail is asked for', [{ text: '金额是多少？', metadata: { response: 'utter_ask_detail' } }], undefined, true],
  ['the site wants none', [{ text: '您好' }], undefined, false],
])('asks for nothing while %s', async (_, messages, support, suggesting) => {
  const view = form(messages, support, suggesting);
  await write(view, '密码');
  expect(like).not.toHaveBeenCalled();
  expect(options()).toEqual([]);
});
