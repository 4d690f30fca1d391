/** Shortcuts while a part of the page is shown. */

import { isComposing } from '@uwallet/shared/composing.ts';
import { useEffect, useRef } from 'react';
import { tinykeys } from 'tinykeys';
import { BINDINGS, type Action } from '../core/shortcuts.ts';

/** A dialog that was closed stays in the page, hidden. */
function isBehindDialog(): boolean {
  return [...document.querySelectorAll('[aria-modal="true"]')].some((dialog) => dialog.checkVisibility());
}

/** Runs the given handlers on their keys; never while an input method composes, nor behind an open dialog. */
export function useShortcuts(handlers: Partial<Record<Action, () => void>>): void {
  const current = useRef(handlers);
  useEffect(() => {
    current.current = handlers;
  });
  useEffect(() => {
    const bindings = Object.entries(BINDINGS) as [Action, string][];
    return tinykeys(
      window,
      Object.fromEntries(
        bindings.map(([action, binding]) => [
          binding,
          (event: KeyboardEvent) => {
            const handler = current.current[action];
            if (!handler || isComposing(event)) return;
            if (isBehindDialog()) return;
            event.preventDefault();
            handler();
          },
        ]),
      ),
    );
  }, []);
}
