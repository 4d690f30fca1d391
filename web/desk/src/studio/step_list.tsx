/** The steps of a procedure: added, taken out, and moved by drag, by the arrow keys on the handle, or by buttons. */

import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, HolderOutlined, PlusOutlined } from '@ant-design/icons';
import {
  closestCenter,
  DndContext,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
  type DragEndEvent,
} from '@dnd-kit/core';
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { Button, Checkbox, Form, Input, Modal, Space } from 'antd';
import { useState, type JSX } from 'react';
import { stepsOfText, type StudioStep } from '../core/studio.ts';
import { fill, t } from '../i18n/strings.ts';

const EMPTY: StudioStep = { title: '', text: '', trouble: '' };

function isEmpty({ title, text, trouble }: StudioStep): boolean {
  return [title, text, trouble].every((it) => it.trim() === '');
}

export function StepList({ onMoved }: { onMoved: () => void }): JSX.Element {
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const [pasting, setPasting] = useState(false);
  const form = Form.useFormInstance();
  return (
    <Form.List name="steps">
      {(fields, { add, remove, move }) => {
        const change = (what: () => void): void => {
          what();
          onMoved();
        };
        const drop = ({ active, over }: DragEndEvent): void => {
          const from = fields.findIndex(({ key }) => key === active.id);
          const to = fields.findIndex(({ key }) => key === over?.id);
          if (from >= 0 && to >= 0 && from !== to) change(() => move(from, to));
        };
        return (
          <section aria-label={t.studio.steps}>
            <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={drop}>
              <SortableContext items={fields.map(({ key }) => key)} strategy={verticalListSortingStrategy}>
                {fields.map(({ key, name }) => (
                  <StepCard
                    key={key}
                    id={key}
                    name={name}
                    isLast={name === fields.length - 1}
                    onMove={(by) => change(() => move(name, name + by))}
                    onRemove={fields.length > 1 ? () => change(() => remove(name)) : null}
                  />
                ))}
              </SortableContext>
            </DndContext>
            <Space wrap>
              <Button icon={<PlusOutlined />} onClick={() => change(() => add({ ...EMPTY }))}>
                {t.studio.step_add}
              </Button>
              <Button onClick={() => setPasting(true)}>{t.studio.steps_paste}</Button>
            </Space>
            {pasting && (
              <PasteSteps
                onClose={() => setPasting(false)}
                onSteps={(steps) =>
                  change(() => {
                    const present = (form.getFieldValue('steps') as StudioStep[]).map(isEmpty);
                    steps.forEach((step) => add(step));
                    // The empty one that a new procedure begins with.
                    remove(present.flatMap((empty, index) => (empty ? [index] : [])));
                  })
                }
              />
            )}
          </section>
        );
      }}
    </Form.List>
  );
}

function StepCard({
  id,
  name,
  isLast,
  onMove,
  onRemove,
}: {
  id: number;
  name: number;
  isLast: boolean;
  onMove: (by: number) => void;
  onRemove: (() => void) | null;
}): JSX.Element {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id,
  });
  const number = name + 1;
  const rules = [{ required: true, whitespace: true, message: t.missing }];
  const style = { transform: CSS.Translate.toString(transform), transition };
  return (
    <fieldset ref={setNodeRef} className={`studio-part studio-step${isDragging ? ' dragged' : ''}`} style={style}>
      <legend>{fill(t.studio.step_of, { number })}</legend>
      <div className="studio-step-head">
        <Button
          ref={setActivatorNodeRef}
          type="text"
          size="small"
          className="studio-handle"
          icon={<HolderOutlined />}
          {...attributes}
          {...listeners}
          aria-label={fill(t.studio.step_drag, { number })}
        />
        <Button
          type="text"
          size="small"
          icon={<ArrowUpOutlined />}
          aria-label={t.studio.step_up}
          disabled={name === 0}
          onClick={() => onMove(-1)}
        />
        <Button
          type="text"
          size="small"
          icon={<ArrowDownOutlined />}
          aria-label={t.studio.step_down}
          disabled={isLast}
          onClick={() => onMove(1)}
        />
        <Button
          type="text"
          size="small"
          danger
          icon={<DeleteOutlined />}
          aria-label={t.studio.step_remove}
          disabled={onRemove === null}
          onClick={() => onRemove?.()}
        />
      </div>
      <Form.Item name={[name, 'title']} label={t.studio.step_title} rules={rules}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name={[name, 'text']} label={t.studio.step_text} rules={rules}>
        <Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} />
      </Form.Item>
      <Form.Item
        name={[name, 'trouble']}
        label={t.studio.step_trouble}
        extra={t.studio.step_trouble_hint}
        rules={rules}
      >
        <Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} />
      </Form.Item>
      {name > 0 && (
        <Form.Item name={[name, 'is_fallback']} valuePropName="checked" noStyle>
          <Checkbox>{t.studio.step_fallback}</Checkbox>
        </Form.Item>
      )}
    </fieldset>
  );
}

function PasteSteps({
  onSteps,
  onClose,
}: {
  onSteps: (steps: StudioStep[]) => void;
  onClose: () => void;
}): JSX.Element {
  const [text, setText] = useState('');
  const steps = stepsOfText(text);
  return (
    <Modal
      open
      title={t.studio.steps_paste}
      okText={fill(t.studio.steps_paste_ok, { count: steps.length })}
      okButtonProps={{ disabled: steps.length === 0 }}
      onOk={() => {
        onSteps(steps);
        onClose();
      }}
      onCancel={onClose}
    >
      <p className="muted">{t.studio.steps_paste_hint}</p>
      <Input.TextArea
        autoFocus
        value={text}
        maxLength={20000}
        aria-label={t.studio.steps_paste}
        autoSize={{ minRows: 6, maxRows: 16 }}
        onChange={(event) => setText(event.target.value)}
      />
    </Modal>
  );
}
