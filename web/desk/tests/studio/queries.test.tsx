/** What a new question begins with reaches the page however often React begins to render it. */

import { act, render, screen } from '@testing-library/react';
import { Suspense, use, type JSX } from 'react';
import { expect, it } from 'vitest';
import { useBegunFaq, useNewFaq } from '../../src/studio/queries.ts';

function Begin(): JSX.Element {
  const begin = useNewFaq();
  return (
    <button onClick={() => begin({ wordings: ['怎么换头像'], settles: { path: '/insight/groups/1', body: {} } })}>
      begin
    </button>
  );
}

function NewPage({ loaded }: { loaded: Promise<void> }): JSX.Element {
  const from = useBegunFaq(true);
  use(loaded);
  return <p>{from?.wordings[0] ?? 'empty'}</p>;
}

async function open(): Promise<string | null> {
  let load = (): void => undefined;
  const loaded = new Promise<void>((resolve) => (load = resolve));
  const page = (
    <Suspense fallback="loading">
      <NewPage loaded={loaded} />
    </Suspense>
  );
  const { container, unmount } = await act(async () => Promise.resolve(render(page)));
  expect(container.textContent).toBe('loading');
  await act(async () => {
    load();
    await loaded;
  });
  const shown = container.textContent;
  unmount();
  return shown;
}

it('reaches a page whose first rendering was thrown away, and only that page', async () => {
  const { unmount } = render(<Begin />);
  screen.getByRole('button').click();
  unmount();
  expect(await open()).toBe('怎么换头像');
  expect(await open()).toBe('empty');
});
