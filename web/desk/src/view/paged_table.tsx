/** Rows that are clicked on, with a button for more of them. */

import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { Button, Table, type TableColumnsType } from 'antd';
import type { JSX } from 'react';
import { t } from '../i18n/strings.ts';
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
}): JSX.Element {
  const { found } = props;
  return (
    <>
      <Table
        rowKey="id"
        size="middle"
        className="list-table"
        scroll={{ x: 'max-content' }}
        columns={props.columns}
        dataSource={props.rows}
        loading={found.isLoading}
        pagination={false}
        locale={{ emptyText: found.isError ? errorText(found.error) : props.empty }}
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
