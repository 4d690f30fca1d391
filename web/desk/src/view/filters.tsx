/** The fields by which lists are filtered. */

import { ControlOutlined } from '@ant-design/icons';
import { Button, DatePicker, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { useState, type JSX, type ReactNode } from 'react';
import { fill, t } from '../i18n/strings.ts';

const DAY = 'YYYY-MM-DD';

/** Words to search for. What the desk calls a visitor is found by its code alone. */
export function SearchField(props: {
  value: string;
  placeholder: string;
  onSearch: (words: string) => void;
}): JSX.Element {
  return (
    <Input.Search
      // Another search from outside, such as going back, is shown.
      key={props.value}
      allowClear
      autoFocus={props.value === ''}
      className="toolbar-search"
      defaultValue={props.value}
      placeholder={props.placeholder}
      aria-label={props.placeholder}
      onSearch={(words) => props.onSearch(words.trim())}
    />
  );
}

/** Returns the words that the gateway is asked for: it knows visitors by their code, not by what the desk calls them. */
export function searchedWords(words: string): string {
  return words.replace(fill(t.user.visitor, { code: '' }).trim(), ' ').trim();
}

/** Filters beside the search, which a phone folds away until they are wanted. */
export function MoreFilters(props: { filters: Readonly<Record<string, string>>; children: ReactNode }): JSX.Element {
  const [open, setOpen] = useState(false);
  const count = Object.entries(props.filters).filter(([name, value]) => name !== 'query' && value !== '').length;
  return (
    <>
      <Button
        className="phone-only"
        icon={<ControlOutlined />}
        aria-expanded={open}
        type={count > 0 ? 'primary' : 'default'}
        ghost={count > 0}
        onClick={() => setOpen(!open)}
      >
        {count > 0 ? fill(t.filters.some, { count }) : t.filters.title}
      </Button>
      <div className="more-filters" data-open={open}>
        {props.children}
      </div>
    </>
  );
}

/** One of several; nothing for all. */
export function Choice(props: {
  label: string;
  value: string | undefined;
  options: readonly { value: string; label: string }[];
  /** What is said while there is nothing to choose from. */
  none?: string;
  onChange: (value: string | undefined) => void;
}): JSX.Element {
  return (
    <Select
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      className="filter-choice"
      popupMatchSelectWidth={false}
      placeholder={props.label}
      aria-label={props.label}
      value={props.value}
      options={[...props.options]}
      {...(props.none === undefined ? {} : { notFoundContent: props.none })}
      onChange={(value: string | undefined) => props.onChange(value)}
    />
  );
}

/** The options of a choice, from what values are called. */
export function optionsOf(names: Readonly<Record<string, string>>): { value: string; label: string }[] {
  return Object.entries(names).map(([value, label]) => ({ value, label }));
}

/** The first and the last day, as the gateway takes them. */
export function Days(props: {
  from: string | undefined;
  to: string | undefined;
  onChange: (days: { from: string | null; to: string | null }) => void;
}): JSX.Element {
  return (
    <DatePicker.RangePicker
      allowEmpty={[true, true]}
      className="filter-days"
      aria-label={t.filters.days}
      value={[props.from ? dayjs(props.from) : null, props.to ? dayjs(props.to) : null]}
      onChange={(days) => props.onChange({ from: days?.[0]?.format(DAY) ?? null, to: days?.[1]?.format(DAY) ?? null })}
    />
  );
}
