/**
 * Tickets below each other, of which only those on the screen are in the page: hundreds may wait. Tab comes to one of
 * them, the arrows move between them, and the next Tab leads on to the conversation.
 */

import { DownOutlined } from '@ant-design/icons';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type JSX, type KeyboardEvent, type RefObject } from 'react';
import type { QueueRow } from '../core/queue_view.ts';
import { t } from '../i18n/strings.ts';
import { TicketItem } from './ticket_item.tsx';

/** Heights before a row is measured. Pixels. */
const ITEM_HEIGHT = 76;
const GROUP_HEIGHT = 32;
/** Rows in the page above and below what is seen: the arrows must find the next one. */
const OVERSCAN = 6;
/** What a page up or down is, in rows. */
const PAGE = 8;

interface TicketRowsProps {
  rows: readonly QueueRow[];
  openId: number | null;
  /** What scrolls. */
  scroller: RefObject<HTMLElement | null>;
  label: string;
  folded?: ReadonlySet<number | null>;
  onFold?: (group: number | null) => void;
}

export function TicketRows({ rows, openId, scroller, label, folded, onFold }: TicketRowsProps): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  const [reached, setReached] = useState<string | null>(null);
  // What stands above in the same scrolling list grows, shrinks and is folded.
  useEffect(() => {
    const observer = new ResizeObserver(() => setMargin(list.current?.offsetTop ?? 0));
    for (const section of scroller.current?.children ?? []) observer.observe(section);
    return () => observer.disconnect();
  }, [scroller]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'group' ? GROUP_HEIGHT : ITEM_HEIGHT),
    getItemKey: (index) => keyOf(rows[index]),
    overscan: OVERSCAN,
    scrollMargin: margin,
    // The head of a section stays above what it heads.
    scrollPaddingStart: 40,
  });
  const open = rows.findIndex((row) => row.kind === 'ticket' && row.ticket.id === openId);
  const found = rows.findIndex((row) => keyOf(row) === reached);
  const current = found >= 0 ? found : Math.max(0, open);
  /** Where a held key is already, before the rows on the way are drawn. */
  const target = useRef(current);

  const move = (event: KeyboardEvent): void => {
    const from = target.current;
    const steps: Record<string, number> = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + PAGE,
      PageUp: from - PAGE,
      Home: 0,
      End: rows.length - 1,
    };
    const wanted = steps[event.key];
    if (wanted === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, wanted));
    target.current = next;
    setReached(keyOf(rows[next]));
    virtualizer.scrollToIndex(next, { align: 'auto' });
    // It may have to be drawn first.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        const row = `[data-index="${target.current}"] [data-row]`;
        list.current?.querySelector<HTMLElement>(row)?.focus({ preventScroll: true });
      });
    });
  };
  return (
    <ul
      ref={list}
      className="ticket-rows"
      aria-label={label}
      style={{ height: virtualizer.getTotalSize() }}
      onKeyDown={move}
    >
      {virtualizer.getVirtualItems().map(({ index, key, start }) => {
        const row = rows[index];
        if (!row) return null;
        return (
          <li
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            aria-setsize={rows.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - margin}px)` }}
            onFocus={() => {
              target.current = index;
              setReached(keyOf(row));
            }}
          >
            {row.kind === 'ticket' ? (
              <TicketItem ticket={row.ticket} isOpen={row.ticket.id === openId} isReached={index === current} />
            ) : (
              <button
                type="button"
                className="ticket-group"
                data-row
                tabIndex={index === current ? 0 : -1}
                aria-expanded={!folded?.has(row.id)}
                onClick={() => onFold?.(row.id)}
              >
                {row.name ?? t.queue.no_group} <span className="muted">{row.count}</span>
                <DownOutlined className="ticket-list-fold" aria-hidden />
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function keyOf(row: QueueRow | undefined): string {
  if (!row) return '';
  return row.kind === 'ticket' ? `ticket-${row.ticket.id}` : `group-${row.id}`;
}
