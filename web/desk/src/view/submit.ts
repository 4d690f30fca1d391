/** Confirming a dialog from within a field that takes several lines. */

import { isComposing } from '@uwallet/shared/composing.ts';
import type { KeyboardEvent } from 'react';

/** Returns a key handler that submits on Ctrl+Enter or Command+Enter. */
export function submitOnCtrlEnter(submit: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    submit();
  };
}
