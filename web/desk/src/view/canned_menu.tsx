/** Canned replies over the composer, found by what is typed after 「/」. */

import { useQuery } from '@tanstack/react-query';
import { isComposing } from '@uwallet/shared/composing.ts';
import { Tag } from 'antd';
import { useEffect, useRef, useState, type JSX } from 'react';
import { cannedQuery, findReplies } from '../core/canned.ts';
import type { CannedReply } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';
import { useDesk } from './context.ts';
import { effectsOf } from './labels.ts';

const LIST_ID = 'canned-replies';

export interface CannedMenuState {
  open: boolean;
  /** The text looks for a canned reply. */
  isAsked: boolean;
  replies: readonly CannedReply[];
  index: number;
  setIndex: (index: number) => void;
  choose: (reply: CannedReply) => void;
  /** Returns whether the key was for the menu. */
  onKey: (event: KeyboardEvent) => boolean;
  aria: Record<string, string | boolean | undefined>;
}

export function useCannedMenu(text: string, onChoose: (reply: CannedReply) => void): CannedMenuState {
  const { api } = useDesk();
  const all = useQuery({ queryKey: ['canned_replies'], queryFn: api.cannedReplies, staleTime: 60_000 });
  const [index, setIndex] = useState(0);
  const [dismissed, setDismissed] = useState(false);
  const query = cannedQuery(text);
  const replies = query === null ? [] : findReplies(all.data ?? [], query);
  const open = replies.length > 0 && !dismissed;
  useEffect(() => setIndex(0), [query]);
  // What a supervisor has just added is there for the chats that are open, too.
  const { refetch } = all;
  const isAsked = query !== null;
  useEffect(() => {
    if (isAsked) void refetch();
  }, [isAsked, refetch]);
  useEffect(() => {
    if (query === null) setDismissed(false);
  }, [query]);

  const onKey = (event: KeyboardEvent): boolean => {
    if (!open || isComposing(event) || event.altKey || event.ctrlKey || event.metaKey) return false;
    const reply = replies[index];
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        setIndex((index + (event.key === 'ArrowDown' ? 1 : -1) + replies.length) % replies.length);
        return true;
      case 'Enter':
      case 'Tab':
        if (event.shiftKey || !reply) return false;
        onChoose(reply);
        return true;
      case 'Escape':
        setDismissed(true);
        return true;
      default:
        return false;
    }
  };
  return {
    open,
    isAsked,
    replies,
    index,
    setIndex,
    choose: onChoose,
    onKey,
    aria: {
      'aria-autocomplete': 'list',
      'aria-controls': open ? LIST_ID : undefined,
      'aria-activedescendant': open ? `${LIST_ID}-${replies[index]?.id ?? 0}` : undefined,
    },
  };
}

export function CannedMenu({ menu }: { menu: CannedMenuState }): JSX.Element {
  const current = useRef<HTMLLIElement>(null);
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest' });
  }, [menu.index]);
  return (
    <ul className="canned" role="listbox" tabIndex={0} id={LIST_ID} aria-label={t.composer.canned}>
      {menu.replies.map((reply, index) => (
        <li
          key={reply.id}
          id={`${LIST_ID}-${reply.id}`}
          ref={index === menu.index ? current : undefined}
          role="option"
          aria-selected={index === menu.index}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onMouseEnter={() => menu.setIndex(index)}
          onClick={() => menu.choose(reply)}
        >
          <span className="canned-title">
            {reply.folder && <span className="muted">{reply.folder} / </span>}
            {reply.title}
          </span>
          {reply.is_personal && <Tag>{t.replies.personal}</Tag>}
          {effectsOf(reply).map((effect) => (
            <Tag key={effect} color="orange">
              {effect}
            </Tag>
          ))}
          {reply.shortcut && <kbd>/{reply.shortcut}</kbd>}
          <span className="canned-text">{reply.text}</span>
        </li>
      ))}
    </ul>
  );
}
