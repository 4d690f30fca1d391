import { createContext, type JSX } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';

export interface Enlarged {
  address: string;
  alt: string;
}

const LightboxContext = createContext<(picture: Enlarged) => void>(() => undefined);

export const LightboxProvider = LightboxContext.Provider;

/** Browsers before 2022 have no such dialogs: there a link opens the picture. */
const POSSIBLE = typeof HTMLDialogElement === 'function' && 'showModal' in HTMLDialogElement.prototype;

/** A picture in a message, to be pressed for the whole of it. The link is for browsers without dialogs, and for a new tab. */
export function EnlargingLink(props: Enlarged & { class: string; children: JSX.Element }): JSX.Element {
  const { address, alt, children } = props;
  const { strings } = useChatContext();
  const enlarge = useContext(LightboxContext);
  return (
    <a
      class={props.class}
      href={address}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={strings.image.view}
      onClick={(event) => {
        if (!POSSIBLE || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        enlarge({ address, alt });
      }}
    >
      {children}
    </a>
  );
}

/** A picture over everything, as large as the screen; pressed, as large as it is. */
export function Lightbox({ picture, onClose }: { picture: Enlarged; onClose: () => void }): JSX.Element {
  const { strings } = useChatContext();
  const dialog = useRef<HTMLDialogElement>(null);
  const [whole, setWhole] = useState(false);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Gives the keyboard back to where it was.
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="lightbox"
      aria-label={strings.image.alt}
      onClose={onClose}
      onKeyDown={(event) => {
        // Escape closes the picture, and not the window.
        event.stopPropagation();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div class="lightbox-frame" data-whole={whole}>
        <button
          type="button"
          class="lightbox-picture"
          aria-label={whole ? strings.image.smaller : strings.image.larger}
          onClick={() => setWhole(!whole)}
        >
          <img src={picture.address} alt={picture.alt} referrerPolicy="no-referrer" />
        </button>
      </div>
      <button type="button" class="tool lightbox-close" aria-label={strings.image.close} onClick={onClose}>
        <Icon name="close" size={22} />
      </button>
    </dialog>
  );
}
