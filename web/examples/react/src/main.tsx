import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { chat } from '@uwallet/chat';
import texts from './texts.json';
import { SupportChat } from './support_chat.tsx';

function Page() {
  const [unread, setUnread] = useState(0);
  useEffect(() => chat.on('unread', setUnread), []);
  return (
    <main>
      <h1>{texts.title}</h1>
      <p>{texts.lead}</p>
      <p>
        <button type="button" onClick={chat.open}>
          {texts.contact}
        </button>
      </p>
      <p>
        {texts.unread}
        <b>{unread}</b>
      </p>
      <p>
        <a href="/demo">{texts.back}</a>
      </p>
      <SupportChat gateway={location.origin} site="demo" />
    </main>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
