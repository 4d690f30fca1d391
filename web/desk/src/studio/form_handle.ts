/** What all forms of entries share: storing in the draft, telling what is wrong at its field, taking out. */

import { useQueryClient } from '@tanstack/react-query';
import { App, type FormInstance } from 'antd';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { useLocation } from 'wouter';
import { ApiError } from '../core/api.ts';
import type { EntryView } from '../core/protocol.ts';
import { newId, type EntryKind, type EntryValue } from '../core/studio.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk } from '../view/context.ts';
import { adopt, renew } from '../view/queries.ts';

/** What the page asks of its form. */
export interface FormHandle {
  /** Stores what was changed; returns whether the draft has it now. */
  save: () => Promise<boolean>;
}

export interface EntryFormProps {
  /** Null: a new one. */
  entry: EntryView | null;
  handle: RefObject<FormHandle | null>;
  onAdded: (id: string) => void;
}

export interface EntryExtras {
  /** Is called after an entry was stored. */
  onStored?: (id: string) => Promise<unknown>;
  /** How users ask for it. */
  examples?: () => string[];
  /** The id of a new one, where there can be only one. */
  id?: string;
}

interface Problem {
  field: string;
  message: string;
}

interface EntryForm {
  save: () => Promise<boolean>;
  /** Takes the entry out of the draft, or makes it what is published. */
  remove: () => void;
  reset: () => void;
  busy: boolean;
  dirty: boolean;
  touch: () => void;
}

/**
 * Returns what the buttons of a form do.
 *
 * @param valueOf Makes the entry of what was typed; null: something is missing, and said so.
 * @param extras What else belongs to the entry.
 */
export function useEntryForm(
  kind: EntryKind,
  { entry, handle, onAdded }: EntryFormProps,
  form: FormInstance,
  valueOf: () => Promise<EntryValue | null>,
  { onStored, examples, id: fixedId }: EntryExtras = {},
): EntryForm {
  const { api } = useDesk();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [run, busy] = useAction();
  const [dirty, setDirty] = useState(entry === null);
  // The revision that the draft has; the query brings it a moment later.
  const revision = useRef<number | null>(entry?.revision ?? null);
  const id = useRef<string | null>(entry?.id ?? null);
  const touches = useRef(0);
  useEffect(() => {
    if (entry) revision.current = entry.revision;
  }, [entry]);

  const save = async (): Promise<boolean> => {
    if (!dirty) return true;
    const touched = touches.current;
    const value = await valueOf();
    if (value === null) {
      showFirstProblem(form);
      return false;
    }
    const isNew = id.current === null;
    const own = id.current ?? fixedId ?? newId(kind, Date.now());
    return run(async () => {
      try {
        const stored = await api.request<EntryView>('PUT', `/knowledge/draft/entries/${kind}/${own}`, {
          revision: isNew ? null : revision.current,
          value,
          ...(examples ? { examples: examples() } : {}),
        });
        const { moved = [] } = stored;
        if (moved.length > 0) {
          modal.info({
            title: fill(t.studio.moved, { count: moved.length }),
            content: moved.map(({ text }) => text).join('、'),
          });
        }
        revision.current = stored.revision;
        id.current = own;
        await adopt(queries, ['knowledge', 'entry', kind, own], stored);
      } catch (error) {
        tellAtFields(form, error);
        showFirstProblem(form);
        throw error;
      }
      // What was typed meanwhile is not stored yet.
      if (touches.current === touched) setDirty(false);
      if (onStored) await onStored(own);
      if (isNew) onAdded(own);
      await renew(queries, ['knowledge']);
    }, t.studio.saved);
  };
  useEffect(() => {
    handle.current = { save };
    return () => {
      handle.current = null;
    };
  });
  const leave = async (method: string, path: string): Promise<void> => {
    const done = await run(() => api.request(method, path));
    await renew(queries, ['knowledge']);
    if (done) navigate('/studio');
  };
  const path = `/knowledge/draft/entries/${kind}/${entry?.id ?? ''}`;
  const query = `?revision=${revision.current ?? 0}`;
  return {
    save,
    remove: () =>
      void modal.confirm({
        title: t.studio.remove_sure,
        content: t.studio.remove_lead,
        okText: t.studio.remove,
        okButtonProps: { danger: true },
        onOk: () => leave('DELETE', path + query),
      }),
    reset: () =>
      void modal.confirm({
        title: t.studio.reset_sure,
        okText: t.studio.reset,
        onOk: () => leave('POST', `${path}/reset${query}`),
      }),
    busy,
    dirty,
    touch: () => {
      touches.current += 1;
      setDirty(true);
    },
  };
}

/** Marks the fields that the gateway names: `similar[3]` is a line of `similar`. */
function tellAtFields(form: FormInstance, error: unknown): void {
  const problems = error instanceof ApiError ? (error.details.problems as Problem[] | undefined) : undefined;
  if (!Array.isArray(problems)) return;
  const byField = new Map<string, string[]>();
  for (const { field, message } of problems) {
    const [name = ''] = field.split(/[.[]/);
    byField.set(name, [...(byField.get(name) ?? []), message]);
  }
  form.setFields([...byField].map(([name, errors]) => ({ name, errors })));
}

/** Brings the first field that has something wrong into view, and the cursor into it: it may be screens away. */
function showFirstProblem(form: FormInstance): void {
  const [first] = form.getFieldsError().filter(({ errors }) => errors.length > 0);
  if (first) form.scrollToField(first.name, { block: 'center', focus: true });
}
