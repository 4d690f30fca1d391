/** Rows that are clicked on, with a button for more of them. */

import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { Button, Table, type TableColumnsType, type TableProps } from 'antd';
import type { JSX, Key } from 'react';
import { fill, t } from '../i18n/strings.ts';
import { errorText } from './context.ts';

export function PagedTable<Row extends object>(props: {
  columns: TableColumnsType<Row>;
  rows: readonly Row[];
  /** Where the rows come from. */
  found: Pick<
    UseInfiniteQueryResult,
    'isLoading' | 'isError' | 'error' | 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'
  >;
  /** What is said when there are none. */
  empty: string;
  onOpen: (row: Row) => void;
  /** Which rows are chosen, if any can be. */
  choice?: { chosen: readonly Key[]; onChange: (keys: Key[]) => void; label: (row: Row) => string };
}): JSX.Element {
  const { found } = props;
  return (
    <>
      <Table
        rowKey="id"
        size="middle"
        // Not by `scroll` where rows are chosen: the row by which it measures would hold a second, hidden checkbox.
        className={props.choice ? 'list-table wide-table' : 'list-table'}
        {...(props.choice ? {} : { scroll: { x: 'max-content' } })}
        columns={props.columns}
        dataSource={props.rows}
        loading={found.isLoading}
        pagination={false}
        locale={{ emptyText: found.isError ? errorText(found.error) : props.empty }}
        {...(props.choice && { rowSelection: selectionOf(props.choice) })}
        onRow={(row) => ({ onClick: () => props.onOpen(row), className: 'clickable' })}
      />
      {found.hasNextPage && (
        <Button block type="text" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </>
  );
}

function selectionOf<Row extends object>(choice: {
  chosen: readonly Key[];
  onChange: (keys: Key[]) => void;
  label: (row: Row) => string;
}): NonNullable<TableProps<Row>['rowSelection']> {
  return {
    selectedRowKeys: [...choice.chosen],
    onChange: choice.onChange,
    columnWidth: 44,
    // Beside a checkbox is not a row that was meant to be opened.
    onCell: () => ({ onClick: (event) => event.stopPropagation() }),
    getTitleCheckboxProps: () => ({ 'aria-label': t.bulk.choose_all }),
    getCheckboxProps: (row) => ({ 'aria-label': fill(t.bulk.choose, { name: choice.label(row) }) }),
  };
}
