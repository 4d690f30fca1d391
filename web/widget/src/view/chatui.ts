/**
 * The components of ChatUI that the window is made of, imported one by one: the whole of it is 121 KiB gzip and loads an icon
 * font script. Left out on purpose: `Message` announces each message as an alert; `Composer` sets classes on the page's body
 * and looks for its elements in the page's document; `Input` jumps to the end of long text at every key; `QuickReply` speaks
 * simplified Chinese only.
 */

export { Avatar } from '@chatui/core/es/components/Avatar';
export { Bubble } from '@chatui/core/es/components/Bubble';
export { Button } from '@chatui/core/es/components/Button';
export { SystemMessage } from '@chatui/core/es/components/Message/SystemMessage';
export { Step, Stepper } from '@chatui/core/es/components/Stepper';
export { Typing } from '@chatui/core/es/components/Typing';
