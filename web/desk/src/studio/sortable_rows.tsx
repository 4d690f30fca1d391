/** Rows in an order: moved by drag, by Space and the arrow keys on the handle, or by buttons. */

import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, HolderOutlined } from '@ant-design/icons';
import {
  closestCenter,
  DndContext,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
  type DragEndEvent,
  type UniqueIdentifier,
} from '@dnd-kit/core';
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { Button } from 'antd';
import type { JSX, ReactNode } from 'react';
import { fill, t } from '../i18n/strings.ts';

export interface SortableRow {
  id: string | number;
  /** What it is called where it is moved. */
  name: string;
  content: ReactNode;
}

interface SortableRowsProps {
  label: string;
  rows: readonly SortableRow[];
  onMove: (from: number, to: number) => void;
  onRemove: (index: number) => void;
}

export function SortableRows({ label, rows, onMove, onRemove }: SortableRowsProps): JSX.Element {
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const nameOf = (id: UniqueIdentifier): string => rows.find((row) => row.id === id)?.name ?? '';
  const placeOf = (id: UniqueIdentifier | undefined): number => rows.findIndex((row) => row.id === id) + 1;
  const drop = ({ active, over }: DragEndEvent): void => {
    const [from, to] = [placeOf(active.id), placeOf(over?.id)];
    if (from > 0 && to > 0 && from !== to) onMove(from - 1, to - 1);
  };
  const { drag } = t.studio;
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={drop}
      accessibility={{
        screenReaderInstructions: { draggable: drag.how },
        announcements: {
          onDragStart: ({ active }) => fill(drag.taken, { name: nameOf(active.id) }),
          onDragOver: ({ active, over }) =>
            over ? fill(drag.over, { name: nameOf(active.id), place: placeOf(over.id) }) : undefined,
          onDragEnd: ({ active, over }) =>
            fill(drag.dropped, { name: nameOf(active.id), place: placeOf(over?.id ?? active.id) }),
          onDragCancel: ({ active }) => fill(drag.cancelled, { name: nameOf(active.id) }),
        },
      }}
    >
      <SortableContext items={rows.map(({ id }) => id)} strategy={verticalListSortingStrategy}>
        <ol className="studio-rows" aria-label={label}>
          {rows.map((row, index) => (
            <Row
              key={row.id}
              row={row}
              isFirst={index === 0}
              isLast={index === rows.length - 1}
              onMove={(by) => onMove(index, index + by)}
              onRemove={() => onRemove(index)}
            />
          ))}
        </ol>
      </SortableContext>
    </DndContext>
  );
}

interface RowProps {
  row: SortableRow;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: number) => void;
  onRemove: () => void;
}

function Row({ row: { id, name, content }, isFirst, isLast, onMove, onRemove }: RowProps): JSX.Element {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id,
  });
  return (
    <li
      ref={setNodeRef}
      className={`studio-part studio-step studio-row${isDragging ? ' dragged' : ''}`}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <Button
        ref={setActivatorNodeRef}
        type="text"
        size="small"
        className="studio-handle"
        icon={<HolderOutlined />}
        {...attributes}
        {...listeners}
        aria-label={fill(t.studio.row_drag, { name })}
      />
      <div className="studio-row-content">{content}</div>
      <div className="studio-step-head">
        <Button
          type="text"
          size="small"
          icon={<ArrowUpOutlined />}
          aria-label={fill(t.studio.row_up, { name })}
          disabled={isFirst}
          onClick={() => onMove(-1)}
        />
        <Button
          type="text"
          size="small"
          icon={<ArrowDownOutlined />}
          aria-label={fill(t.studio.row_down, { name })}
          disabled={isLast}
          onClick={() => onMove(1)}
        />
        <Button
          type="text"
          size="small"
          danger
          icon={<DeleteOutlined />}
          aria-label={fill(t.studio.row_remove, { name })}
          onClick={onRemove}
        />
      </div>
    </li>
  );
}
