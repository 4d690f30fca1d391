/** Adds the gateway's script to a page. Calls made before it is there wait in an array, which the script runs. */

/** @typedef {import('./index.d.ts').Chat} Chat */
/** @typedef {{ push: (...calls: unknown[]) => unknown, isOpen?: () => boolean }} Calls */

/** @returns {Calls} */
function calls() {
  const page = /** @type {{ UWalletChat?: Calls }} */ (/** @type {unknown} */ (window));
  return (page.UWalletChat ??= []);
}

/**
 * @template {keyof Chat} Name
 * @param {Name} name
 */
const call =
  (name) =>
  /** @param {Parameters<Chat[Name]>} values */
  (...values) => {
    calls().push([name, ...values]);
  };

/** @type {Chat} */
export const chat = {
  open: call('open'),
  close: call('close'),
  toggle: call('toggle'),
  isOpen: () => calls().isOpen?.() ?? false,
  send: call('send'),
  setUser: call('setUser'),
  setContext: call('setContext'),
  setSettings: call('setSettings'),
  on: (name, listener) => {
    let listens = true;
    // A queued call returns nothing that would end it.
    calls().push(['on', name, (/** @type {Parameters<typeof listener>[0]} */ value) => listens && listener(value)]);
    return () => {
      listens = false;
    };
  },
  reset: call('reset'),
  destroy: call('destroy'),
  init: call('init'),
};

/** @type {typeof import('./index.d.ts').loadChat} */
export function loadChat({ gateway, site, nonce, ...settings }) {
  const src = new URL('widget.js', gateway.replace(/\/*$/, '/')).href;
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  if ([...document.scripts].some((script) => script.src === src)) {
    chat.init(given);
    return chat;
  }
  const script = document.createElement('script');
  script.async = true;
  script.src = src;
  if (nonce !== undefined) script.nonce = nonce;
  if (site !== undefined) script.dataset.site = site;
  for (const [name, value] of Object.entries(given)) {
    if (value !== null) script.dataset[name === 'locale' ? 'lang' : name] = String(value);
  }
  // It may be blocked, or the network gone: the next call tries again.
  script.addEventListener('error', () => script.remove());
  document.head.append(script);
  return chat;
}
