import { useEffect } from 'react';

type Call = [name: string, ...values: unknown[]];
interface Calls {
  push: (...calls: Call[]) => unknown;
}

/** Calls the chat; before its script is there, calls wait in an array. */
export function callChat(...call: Call): void {
  const page = window as { UWalletChat?: Calls };
  (page.UWalletChat ??= [] as Call[]).push(call);
}

/** Puts the chat on the page. `user` comes from your server: { id, hash }. */
export function SupportChat({ site, user }: { site: string; user?: { id: string; hash: string } }) {
  useEffect(() => {
    if (document.querySelector('script[data-site]')) return;
    const script = document.createElement('script');
    script.async = true;
    script.src = '/widget.js';
    script.dataset.site = site;
    document.head.append(script);
  }, [site]);

  const { id, hash } = user ?? {};
  useEffect(() => {
    if (id) callChat('setUser', id, hash);
  }, [id, hash]);

  return null;
}
