/** Renders a part of the window with a chat that is connected to nothing. */

import { render, type RenderResult } from '@testing-library/preact';
import type { ComponentChildren } from 'preact';
import { Chat } from '../../src/core/chat.ts';
import type { Notice } from '../../src/core/notice.ts';
import { Gateway } from '../../src/core/gateway.ts';
import { readPreferences } from '../../src/core/preferences.ts';
import { Questions } from '../../src/core/questions.ts';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { Store } from '@uwallet/shared/store.ts';
import { SiteStorage } from '../../src/core/storage.ts';
import { Speaker } from '../../src/core/speaker.ts';
import { stringsIn } from '../../src/i18n/strings.ts';
import { ChatProvider } from '../../src/view/context.ts';
import { FakeSockets } from '../core/fake_socket.ts';

export interface Rendered extends RenderResult {
  chat: Chat;
  sockets: FakeSockets;
  memory: MemoryStorage;
}

const NO_QUESTIONS = { hot: () => Promise.resolve([]), like: () => Promise.resolve([]) };

/** Renders with a chat that has just got `messages` and `support`, as the gateway sends them. */
export function renderWith(
  content: ComponentChildren,
  messages: Record<string, unknown>[] = [],
  support?: Record<string, unknown>,
  memory = new MemoryStorage(),
  notice: Notice | null = null,
  questions: Pick<Questions, 'hot' | 'like'> = NO_QUESTIONS,
  settings: Record<string, string> = {},
): Rendered {
  const sockets = new FakeSockets();
  const storage = new SiteStorage('demo', memory);
  const gateway = new Gateway('https://chat.example/');
  const chat = new Chat({
    site: 'demo',
    storage,
    gateway,
    connect: sockets.connect,
  });
  chat.start();
  sockets.current.receive('session_confirm', {
    session_id: 'token',
    last_id: messages.length,
    messages: messages.map((message, index) => ({
      id: index + 1,
      author: 'bot',
      created_at: '2026-11-23T06:00:00Z',
      ...message,
    })),
    limits: { max_length: 20, attachment_bytes: 1000, attachment_types: ['image/png'] },
    support,
    notice,
  });
  const preferences = readPreferences({ value: (name) => settings[name] });
  const speaker = new Speaker(
    () => 'zh-CN',
    () => '某某',
    undefined,
  );
  const view = render(
    <ChatProvider
      value={{
        chat,
        gateway,
        questions,
        strings: stringsIn('zh-CN'),
        storage,
        refocus: () => undefined,
        language: 'zh-CN',
        preferences,
        announcer: new Store({ text: '' }),
        speaker,
      }}
    >
      {content}
    </ChatProvider>,
  );
  return { ...view, chat, sockets, memory };
}
