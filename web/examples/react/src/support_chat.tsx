import { useEffect } from 'react';
import { chat, loadChat, type ChatSettings } from '@uwallet/chat';

interface SupportChatProps extends ChatSettings {
  gateway: string;
  site: string;
  /** Comes from your server, which makes the hash; absent for visitors. When the user signs out, call `chat.reset()`. */
  user?: { id: string; hash: string };
}

/** Puts the chat on the page as long as it is mounted. */
export function SupportChat({ gateway, site, user, ...settings }: SupportChatProps) {
  useEffect(() => {
    loadChat({ gateway, site });
    return chat.destroy;
  }, [gateway, site]);

  // Another object with the same settings is no change.
  const described = JSON.stringify(settings);
  useEffect(() => chat.setSettings(JSON.parse(described) as ChatSettings), [described]);

  const { id, hash } = user ?? {};
  useEffect(() => {
    if (id && hash) chat.setUser(id, hash);
  }, [id, hash]);

  return null;
}
