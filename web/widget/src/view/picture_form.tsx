import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isComposing, meansSend } from '@uwallet/shared/composing.ts';
import { fill } from '@uwallet/shared/fill.ts';
import { Button } from './chatui.ts';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';

export interface ChosenPicture {
  file: File;
  /** Address within this page. */
  address: string;
}

interface PictureFormProps {
  pictures: readonly ChosenPicture[];
  onRemove: (picture: ChosenPicture) => void;
  onSend: (caption: string) => void;
  onClose: () => void;
}

/** Shows pictures before they are sent, with a line for what is to be said of them. It stands where the user otherwise writes. */
export function PictureForm({ pictures, onRemove, onSend, onClose }: PictureFormProps): JSX.Element {
  const { strings } = useChatContext();
  const { image } = strings;
  const caption = useRef<HTMLInputElement>(null);
  useEffect(() => caption.current?.focus({ preventScroll: true }), []);
  const send = (): void => onSend(caption.current?.value ?? '');
  return (
    <form
      class="form picture-form"
      aria-label={image.form}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || isComposing(event)) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <ul class="picture-form-list">
        {pictures.map((picture, index) => (
          <ChosenRow
            key={picture.address}
            picture={picture}
            label={fill(image.remove, { number: index + 1 })}
            onRemove={() => onRemove(picture)}
          />
        ))}
      </ul>
      <input
        ref={caption}
        type="text"
        aria-label={image.caption}
        placeholder={image.caption}
        maxLength={CAPTION_LENGTH}
        enterkeyhint="send"
        onKeyDown={(event) => {
          // The form would take an input method's Enter for its own.
          if (event.key !== 'Enter') return;
          event.preventDefault();
          if (meansSend(event)) send();
        }}
      />
      <div class="form-buttons">
        <Button size="sm" onClick={onClose}>
          {image.cancel}
        </Button>
        <Button size="sm" color="primary" type="submit">
          {image.send}
        </Button>
      </div>
    </form>
  );
}

const CAPTION_LENGTH = 200;

function ChosenRow(props: { picture: ChosenPicture; label: string; onRemove: () => void }): JSX.Element {
  const { picture, label, onRemove } = props;
  const { strings } = useChatContext();
  // Browsers show fewer kinds of pictures than the gateway takes.
  const [unreadable, setUnreadable] = useState(false);
  return (
    <li>
      {unreadable ? (
        <span class="picture-form-name">{picture.file.name}</span>
      ) : (
        <img src={picture.address} alt={strings.image.alt} onError={() => setUnreadable(true)} />
      )}
      <button type="button" class="picture-form-remove" aria-label={label} title={label} onClick={onRemove}>
        <Icon name="close" size={16} />
      </button>
    </li>
  );
}
