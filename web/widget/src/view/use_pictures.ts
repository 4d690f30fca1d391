/** Pictures that the user has chosen and not sent yet. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { fill } from '@uwallet/shared/fill.ts';
import { MAX_IMAGES, describeSize, describeTypes } from '@uwallet/shared/images.ts';
import { fitting } from '../core/shrink.ts';
import { useChatContext, useChatState } from './context.ts';
import type { ChosenPicture } from './picture_form.tsx';

export interface Pictures {
  chosen: readonly ChosenPicture[];
  /** Why some were not taken; empty if all were. */
  problem: string;
  dismiss: () => void;
  take: (files: readonly File[]) => Promise<void>;
  remove: (picture: ChosenPicture) => void;
  send: (caption: string) => void;
  clear: () => void;
}

const NONE: readonly ChosenPicture[] = [];

export function usePictures(): Pictures {
  const { chat, strings } = useChatContext();
  const { era } = useChatState();
  const [chosen, setChosen] = useState(NONE);
  const [problem, setProblem] = useState('');
  const current = useRef(NONE);
  const show = (pictures: readonly ChosenPicture[]): void => {
    for (const { address } of current.current.filter((picture) => !pictures.includes(picture)))
      URL.revokeObjectURL(address);
    current.current = pictures;
    setChosen(pictures);
  };
  // They belong to who has chosen them.
  useEffect(() => () => show(NONE), [era]);

  const take = async (files: readonly File[]): Promise<void> => {
    const { limits } = chat.state.get();
    const room = MAX_IMAGES - current.current.length;
    let complaint = files.length > room ? fill(strings.image.too_many, { count: MAX_IMAGES }) : '';
    for (const file of files.slice(0, Math.max(0, room))) {
      const taken = await fitting(file, limits);
      if (typeof taken === 'string') {
        complaint = fill(strings.image[taken], {
          types: describeTypes(limits.attachment_types, strings.list_separator),
          size: describeSize(limits.attachment_bytes),
        });
      } else show([...current.current, { file: taken, address: URL.createObjectURL(taken) }]);
    }
    setProblem(complaint);
  };
  const send = (caption: string): void => {
    // The bot answers what is said: it is said last.
    current.current.forEach(({ file }, index) =>
      chat.sendImage(file, file.name, index === current.current.length - 1 ? caption : ''),
    );
    show(NONE);
  };
  return {
    chosen,
    problem,
    dismiss: () => setProblem(''),
    take,
    remove: (picture) => show(current.current.filter((other) => other !== picture)),
    send,
    clear: () => show(NONE),
  };
}
