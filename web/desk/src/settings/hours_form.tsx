/** The opening hours: each weekday, and days on which other hours hold. */

import { CopyOutlined, DeleteOutlined, ImportOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, DatePicker, Input, InputNumber, Radio, Space } from 'antd';
import dayjs from 'dayjs';
import { useRef, useState, type JSX } from 'react';
import { ApiError } from '../core/api.ts';
import type { HolidayRange, HoursValue } from '../core/protocol.ts';
import { overlap, spansOf, withImported } from '../core/spans.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk } from '../view/context.ts';

const DAY = 'YYYY-MM-DD';
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const USUAL = '09:00-18:00';

type Day = (typeof DAYS)[number];
type Week = Record<Day, string>;

/** A holiday with its hours as they are typed. */
interface Row {
  key: number;
  date: string;
  until: string | null;
  name: string;
  hours: string;
}

function weekOf(hours: HoursValue['opening_hours']): Week {
  return Object.fromEntries(
    DAYS.map((day, index) => [day, hours === null ? (index < 5 ? USUAL : '') : (hours[day] ?? []).join(', ')]),
  ) as Week;
}

export function HoursForm(props: {
  value: HoursValue;
  busy: boolean;
  onSave: (value: HoursValue) => void;
}): JSX.Element {
  const { api, clock } = useDesk();
  const { message } = App.useApp();
  const [run, importing] = useAction();
  const keys = useRef(0);
  const rowOf = ({ date, until, name, hours }: HolidayRange): Row => ({
    key: (keys.current += 1),
    date,
    until: until ?? null,
    name,
    hours: hours.join(', '),
  });
  const [limited, setLimited] = useState(props.value.opening_hours !== null);
  const [week, setWeek] = useState(() => weekOf(props.value.opening_hours));
  const [rows, setRows] = useState<Row[]>(() => props.value.holidays.map(rowOf));
  const [year, setYear] = useState(dayjs(clock.now()).year());

  const change = (key: number, changed: Partial<Row>): void =>
    setRows((all) => all.map((row) => (row.key === key ? { ...row, ...changed } : row)));
  const load = (): void =>
    void run(async () => {
      try {
        const { holidays } = await api.officialHolidays(year);
        setRows((all) => withImported(all, holidays.map(rowOf)));
        message.success(fill(t.settings.hours.imported, { year }));
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'not_found')) throw error;
        message.warning(fill(t.settings.hours.import_unknown, { year }), 5);
      }
    });
  const isWrong = (text: string): boolean => spansOf(text) === null;
  const wrongWeek = limited && DAYS.some((day) => isWrong(week[day]));
  const wrongRows = rows.some(({ hours, name }) => isWrong(hours) || name.trim() === '');
  const overlaps = overlap(rows);
  const save = (): void =>
    props.onSave({
      opening_hours: limited ? Object.fromEntries(DAYS.map((day) => [day, spansOf(week[day]) ?? []])) : null,
      holidays: rows.map(({ date, until, name, hours }) => ({
        date,
        until: until === date ? null : until,
        name: name.trim(),
        hours: spansOf(hours) ?? [],
      })),
    });
  return (
    <div className="settings-form">
      <Radio.Group value={limited} onChange={(event) => setLimited(event.target.value === true)}>
        <Radio value>{t.settings.hours.limited}</Radio>
        <Radio value={false}>{t.settings.hours.unlimited}</Radio>
      </Radio.Group>
      {limited && (
        <>
          <div className="settings-week">
            {DAYS.map((day) => (
              <label key={day} className="settings-day">
                <span>{t.settings.hours.weekdays[day]}</span>
                <Input
                  status={isWrong(week[day]) ? 'error' : ''}
                  placeholder={t.settings.hours.rest}
                  value={week[day]}
                  onChange={(event) => setWeek({ ...week, [day]: event.target.value })}
                />
              </label>
            ))}
          </div>
          <Button
            size="small"
            icon={<CopyOutlined />}
            onClick={() => setWeek({ ...week, tue: week.mon, wed: week.mon, thu: week.mon, fri: week.mon })}
          >
            {t.settings.hours.copy}
          </Button>
          <p className={wrongWeek ? 'error-text' : 'muted'}>
            {wrongWeek ? t.settings.hours.spans_wrong : t.settings.hours.spans_hint}
          </p>
        </>
      )}
      <h3>{t.settings.hours.holidays}</h3>
      {rows.length === 0 && <p className="muted">{t.settings.hours.holidays_empty}</p>}
      {rows.map((row) => (
        <div key={row.key} className="settings-holiday">
          <DatePicker.RangePicker
            aria-label={t.settings.hours.holiday_days}
            allowClear={false}
            value={[dayjs(row.date), dayjs(row.until ?? row.date)]}
            onChange={(days) => {
              const [first, last] = days ?? [];
              if (first && last) change(row.key, { date: first.format(DAY), until: last.format(DAY) });
            }}
          />
          <Input
            className="settings-name"
            aria-label={t.settings.hours.holiday_name}
            placeholder={t.settings.hours.holiday_name}
            maxLength={20}
            status={row.name.trim() === '' ? 'error' : ''}
            value={row.name}
            onChange={(event) => change(row.key, { name: event.target.value })}
          />
          <Input
            className="settings-hours"
            aria-label={t.settings.hours.holiday_hours}
            placeholder={t.settings.hours.rest}
            status={isWrong(row.hours) ? 'error' : ''}
            value={row.hours}
            onChange={(event) => change(row.key, { hours: event.target.value })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t.delete}
            onClick={() => setRows((all) => all.filter(({ key }) => key !== row.key))}
          />
        </div>
      ))}
      <Space wrap>
        <Button
          icon={<PlusOutlined />}
          onClick={() => {
            const date = dayjs(clock.now()).add(1, 'day').format(DAY);
            setRows((all) => [...all, { key: (keys.current += 1), date, until: null, name: '', hours: '' }]);
          }}
        >
          {t.settings.hours.add}
        </Button>
        <Space.Compact>
          <InputNumber
            aria-label={t.settings.hours.import}
            min={2004}
            max={2999}
            precision={0}
            value={year}
            onChange={(value) => value !== null && setYear(value)}
          />
          <Button icon={<ImportOutlined />} loading={importing} onClick={load}>
            {t.settings.hours.import}
          </Button>
        </Space.Compact>
      </Space>
      {overlaps && <p className="error-text">{t.settings.hours.overlap}</p>}
      {wrongRows && <p className="error-text">{t.settings.hours.spans_wrong}</p>}
      <Button type="primary" disabled={wrongWeek || wrongRows || overlaps} loading={props.busy} onClick={save}>
        {t.save}
      </Button>
    </div>
  );
}
