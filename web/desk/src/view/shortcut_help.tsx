/** The list of shortcuts, on 「?」. */

import { isComposing } from '@uwallet/shared/composing.ts';
import { Modal } from 'antd';
import { Fragment, useEffect, type JSX } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { BINDINGS, isTyping, keysOf, type Action } from '../core/shortcuts.ts';
import { t } from '../i18n/strings.ts';

const state = createStore<{ open: boolean }>(() => ({ open: false }));

export function openShortcutHelp(): void {
  state.setState({ open: true });
}

export function Keys({ keys }: { keys: readonly string[] }): JSX.Element {
  return (
    <span className="keys">
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}

export function ShortcutHelp(): JSX.Element {
  const { open } = useStore(state);
  // By what it types: ? is on another key of each keyboard, and full-width in a Chinese input method.
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if ((event.key !== '?' && event.key !== '？') || isTyping(event.target) || isComposing(event)) return;
      event.preventDefault();
      state.setState({ open: !state.getState().open });
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  const actions = Object.keys(t.shortcuts.actions) as (keyof typeof t.shortcuts.actions)[];
  return (
    <Modal open={open} title={t.shortcuts.title} footer={null} onCancel={() => state.setState({ open: false })}>
      <dl className="shortcut-list">
        {actions.map((action) => (
          <Fragment key={action}>
            <dt>
              <Keys keys={keysFor(action)} />
            </dt>
            <dd>{t.shortcuts.actions[action]}</dd>
          </Fragment>
        ))}
      </dl>
    </Modal>
  );
}

function keysFor(action: keyof typeof t.shortcuts.actions): string[] {
  if (action === 'suggestion') return ['Alt', '1…5'];
  if (action === 'send') return ['Enter'];
  if (action === 'new_line') return ['Shift', 'Enter'];
  if (action === 'search_canned') return ['/'];
  if (action === 'submit') return ['Ctrl', 'Enter'];
  if (action === 'help') return ['?'];
  return keysOf(BINDINGS[action satisfies Action]);
}
