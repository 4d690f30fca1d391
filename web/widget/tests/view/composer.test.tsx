import { cleanup, fireEvent, screen } from '@testing-library/preact';
import { useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Composer } from '../../src/view/composer.tsx';
import { renderWith, type Rendered } from './render.tsx';

const onFiles = vi.fn();
const onDictationProblem = vi.fn();

function Form(): JSX.Element {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <Composer
      text={text}
      onText={setText}
      field={field}
      onFiles={onFiles}
      onDictationProblem={onDictationProblem}
      shown
    />
  );
}

function write(text: string): Rendered & { field: HTMLTextAreaElement } {
  const view = renderWith(<Form />, [{ text: '您好' }]);
  const field = screen.getByLabelText<HTMLTextAreaElement>('输入消息');
  fireEvent.input(field, { target: { value: text } });
  return { ...view, field };
}

afterEach(() => {
  cleanup();
  onFiles.mockReset();
});

describe('Enter', () => {
  it('sends and empties the field', () => {
    const { field, sockets } = write('在吗');
    fireEvent.keyDown(field, { key: 'Enter', keyCode: 13 });
    expect(sockets.current.last.data).toMatchObject({ message: '在吗', kind: 'text' });
    expect(field.value).toBe('');
  });

  it.each([{ isComposing: true, keyCode: 13 }, { keyCode: 229 }, { shiftKey: true, keyCode: 13 }])(
    'does not send with %j',
    (how) => {
      const { field, sockets } = write('zai ma');
      fireEvent.keyDown(field, { key: 'Enter', ...how });
      expect(sockets.current.requests).toHaveLength(0);
      expect(field.value).toBe('zai ma');
    },
  );

  it('does not send between the beginning and the end of a composition', () => {
    const { field, sockets } = write('zai');
    fireEvent.compositionStart(field);
    fireEvent.keyDown(field, { key: 'Enter', keyCode: 13 });
    expect(sockets.current.requests).toHaveLength(0);
    fireEvent.compositionEnd(field);
    fireEvent.keyDown(field, { key: 'Enter', keyCode: 13 });
    expect(sockets.current.requests).toHaveLength(1);
  });
});

describe('long text', () => {
  it('is kept whole, with a word on how much is too much', () => {
    const { field, sockets } = write('长'.repeat(25));
    expect(screen.getByRole('status').textContent).toBe('太长了，请删掉5个字再发');
    fireEvent.keyDown(field, { key: 'Enter', keyCode: 13 });
    expect(sockets.current.requests).toHaveLength(0);
    expect(field.value).toHaveLength(25);
  });
});

it('a text that is too long can be sent in parts', () => {
  const { field, sockets, chat } = write('第一句话说完了。第二句话也说完了。第三句话没有完');
  fireEvent.click(screen.getByRole('button', { name: '分成2条发' }));
  expect(sockets.current.last.data).toMatchObject({ message: '第一句话说完了。第二句话也说完了。' });
  expect(chat.state.get().outbox.map(({ message }) => message)).toEqual([
    '第一句话说完了。第二句话也说完了。',
    '第三句话没有完',
  ]);
  expect(field.value).toBe('');
});

describe('pasting', () => {
  it('takes pictures', () => {
    const { field } = write('');
    const file = new File(['x'], 'a.png', { type: 'image/png' });
    fireEvent.paste(field, { clipboardData: { files: [file], getData: () => '' } });
    expect(onFiles).toHaveBeenCalledWith([file]);
  });

  it('leaves text to the field although a picture of it comes along', () => {
    const { field } = write('');
    fireEvent.paste(field, { clipboardData: { files: [new File(['x'], 'a.png')], getData: () => '文字' } });
    expect(onFiles).not.toHaveBeenCalled();
  });
});
