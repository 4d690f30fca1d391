/** What every part of the window can reach. */

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { useSyncExternalStore } from 'preact/compat';
import type { Chat, ChatState } from '../core/chat.ts';
import type { Gateway } from '../core/gateway.ts';
import type { Questions } from '../core/questions.ts';
import type { SiteStorage } from '../core/storage.ts';
import type { Preferences } from '../core/preferences.ts';
import type { Speaker } from '../core/speaker.ts';
import type { Language } from '../i18n/language.ts';
import type { Store } from '@uwallet/shared/store.ts';
import type { Strings } from '../i18n/strings.ts';

export interface Context {
  chat: Chat;
  gateway: Gateway;
  questions: Pick<Questions, 'hot' | 'like'>;
  strings: Strings;
  language: Language;
  preferences: Preferences;
  /** What a screen reader is told once; each text is said in one place for the whole window. */
  announcer: Store<{ text: string }>;
  speaker: Pick<Speaker, 'state' | 'toggle' | 'stop'>;
  storage: SiteStorage;
  /** Gives the keyboard a place in the window when the button that it was on goes away. */
  refocus: () => void;
}

const ChatContext = createContext<Context | null>(null);

export const ChatProvider = ChatContext.Provider;

export function useChatContext(): Context {
  const context = useContext(ChatContext);
  if (!context) throw new Error('use_context outside of ChatProvider');
  return context;
}

/** Returns the state of the conversation, and shows the component again when it changes. */
export function useChatState(): ChatState {
  const { state } = useChatContext().chat;
  return useSyncExternalStore(state.subscribe, state.get);
}
