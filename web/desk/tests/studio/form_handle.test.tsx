/** What is typed while a form is stored is stored the next time. */

import { QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook } from '@testing-library/react';
import { App, Form } from 'antd';
import { createRef, type JSX, type ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { useEntryForm, type FormHandle } from '../../src/studio/form_handle.ts';
import { DeskContext, type DeskContextValue } from '../../src/view/context.ts';
import { makeQueryClient } from '../../src/view/queries.ts';

afterEach(cleanup);

it('knows what was typed while the rest was stored', async () => {
  let answer = (): void => undefined;
  const request = vi.fn(() => new Promise((resolve) => (answer = () => resolve({ revision: 1 }))));
  const queries = makeQueryClient();
  const wrapper = ({ children }: { children: ReactNode }): JSX.Element => (
    <QueryClientProvider client={queries}>
      <DeskContext value={{ api: { request } } as unknown as DeskContextValue}>
        <App>{children}</App>
      </DeskContext>
    </QueryClientProvider>
  );
  const handle = createRef<FormHandle>();
  const { result } = renderHook(
    () => {
      const [form] = Form.useForm();
      const props = { entry: null, handle, onAdded: () => undefined };
      return useEntryForm('faq', props, form, () => Promise.resolve({}));
    },
    { wrapper },
  );
  const store = async (meanwhile: () => void): Promise<void> => {
    request.mockClear();
    await act(async () => {
      const stored = result.current.save();
      await vi.waitFor(() => expect(request).toHaveBeenCalled(), 60_000);
      meanwhile();
      answer();
      await stored;
    });
  };
  await store(() => result.current.touch());
  expect(result.current.dirty).toBe(true);
  await store(() => undefined);
  expect(result.current.dirty).toBe(false);
});
