import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Message } from '../core/protocol.ts';
import { useChatContext } from './context.ts';
import { EnlargingLink } from './lightbox.tsx';

/** The picture of a message. Its signed address runs out; a fresh one is fetched once by itself, then at a press. */
export function Picture({ message }: { message: Message }): JSX.Element | null {
  const { chat, gateway, strings } = useChatContext();
  const [failed, setFailed] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const { attachment } = message;
  const address = attachment && gateway.attachmentUrl(attachment.url);
  if (!attachment || !address) return null;
  if (failed === address && asked) {
    return (
      <button type="button" class="picture-failed" onClick={() => void chat.refresh(message.id)}>
        {strings.image.unavailable}
      </button>
    );
  }
  const { width, height } = attachment;
  return (
    <EnlargingLink class="picture" address={address} alt={strings.image.alt}>
      <img
        src={address}
        alt={strings.image.alt}
        {...(width && height ? { width, height } : {})}
        onError={() => {
          setFailed(address);
          if (!asked) void chat.refresh(message.id).then(() => setAsked(true));
        }}
      />
    </EnlargingLink>
  );
}
