/** The form of a notice: its end, and where to go when something is missing. */

import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { App } from 'antd';
import { createRef } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { t } from '../../src/i18n/strings.ts';
import type { FormHandle } from '../../src/studio/form_handle.ts';
import { NoticeForm } from '../../src/studio/notice_form.tsx';
import { DeskContext, type DeskContextValue } from '../../src/view/context.ts';
import { makeQueryClient } from '../../src/view/queries.ts';

const request = vi.fn(() => Promise.resolve({ entries: [] }));

beforeEach(() => {
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <DeskContext value={{ api: { request } } as unknown as DeskContextValue}>
        <App>
          <NoticeForm entry={null} handle={createRef<FormHandle>()} onAdded={() => undefined} />
        </App>
      </DeskContext>
    </QueryClientProvider>,
  );
});
afterEach(cleanup);

it('lasts to the end of the day that was picked', () => {
  const field = screen.getByLabelText<HTMLInputElement>(t.studio.valid_until);
  fireEvent.mouseDown(field);
  fireEvent.click(field);
  fireEvent.click(screen.getByTitle(new Date().toLocaleDateString('sv')));
  expect(field.value).toMatch(/23:59$/);
});

it('puts the cursor where something is missing', async () => {
  const field = screen.getByLabelText(t.studio.notice_text);
  field.blur();
  fireEvent.click(screen.getByRole('button', { name: t.studio.save }));
  await screen.findByText(t.missing);
  await vi.waitFor(() => expect(document.activeElement).toBe(field), 5_000);
});
