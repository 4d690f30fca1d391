import { cleanup, fireEvent, render } from '@testing-library/preact';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { afterEach, expect, it } from 'vitest';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { SiteStorage } from '../../src/core/storage.ts';
import { useTextSize } from '../../src/view/use_text_size.ts';

const host = document.body.appendChild(document.createElement('div'));

function Sized({ storage, elder }: { storage: SiteStorage; elder: boolean }): JSX.Element {
  const frame = useRef<HTMLElement>(null);
  const [size, next] = useTextSize(host, frame, storage, elder, true);
  return (
    <section ref={frame}>
      <button type="button" onClick={next}>
        {size}
      </button>
    </section>
  );
}

afterEach(cleanup);

it('goes through three sizes, follows the browser, and is remembered', () => {
  const storage = new SiteStorage('demo', new MemoryStorage());
  host.style.fontSize = '32px';
  const first = render(<Sized storage={storage} elder={false} />);
  const container = first.container as HTMLElement;
  expect(container.style.getPropertyValue('--u')).toBe('2px');
  const button = first.getByRole('button');
  fireEvent.click(button);
  expect(button.textContent).toBe('large');
  expect(container.style.getPropertyValue('--u')).toBe('2.4px');
  expect(container.dataset.size).toBe('large');
  first.unmount();
  const second = render(<Sized storage={storage} elder={false} />);
  expect(second.getByRole('button').textContent).toBe('large');
  fireEvent.click(second.getByRole('button'));
  fireEvent.click(second.getByRole('button'));
  expect(second.getByRole('button').textContent).toBe('standard');
});

it('begins large where the page says so, until the user chooses', () => {
  const storage = new SiteStorage('demo', new MemoryStorage());
  const { getByRole } = render(<Sized storage={storage} elder />);
  expect(getByRole('button').textContent).toBe('large');
});
