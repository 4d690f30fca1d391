import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useChatState, useChatContext } from './context.ts';
import { Icon } from './icons.tsx';

/** A line that drops for a moment is nobody's business. Milliseconds. */
const PATIENCE = 1_500;

/** What is wrong with the connection, and what can be done about it. */
export function Banner(): JSX.Element | null {
  const { chat, strings } = useChatContext();
  const { phase, refusal } = useChatState();
  const [long, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (phase !== 'offline') return;
    const timer = setTimeout(() => setLong(true), navigator.onLine ? PATIENCE : 0);
    return () => clearTimeout(timer);
  }, [phase]);

  const { banner } = strings;
  if (phase === 'offline' && long) {
    return (
      <Line
        text={navigator.onLine ? banner.unreachable : banner.offline}
        action={banner.retry_now}
        onAction={() => chat.wake()}
      />
    );
  }
  if (phase === 'closed') return <Line text={banner.closed} action={banner.again} onAction={() => chat.start()} />;
  if (phase !== 'refused') return null;
  const code = refusal?.code ?? '';
  const text =
    code === 'identity_required'
      ? banner.identity
      : code === 'site_unknown' || code === 'origin_not_allowed'
        ? banner.site
        : (refusal?.message ?? '') || banner.refused;
  return <Line text={text} action={banner.again} onAction={() => chat.start()} />;
}

function Line(props: { text: string; action: string; onAction: () => void }): JSX.Element {
  return (
    <div class="banner" role="alert">
      <Icon name="offline" size={18} />
      <span>{props.text}</span>
      <button type="button" onClick={props.onAction}>
        {props.action}
      </button>
    </div>
  );
}
