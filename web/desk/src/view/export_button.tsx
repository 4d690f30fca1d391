/** Downloads what is shown: as CSV, or as an Excel file. */

import { DownloadOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import type { JSX } from 'react';
import { t } from '../i18n/strings.ts';

/** `address` comes without its ending, `query` with its question mark or empty. */
export function ExportButton(props: { address: string; query?: string; size?: 'small' }): JSX.Element {
  const { address, query = '', size } = props;
  const items = (['xlsx', 'csv'] as const).map((format) => ({
    key: format,
    label: (
      <a href={`${address}.${format}${query}`} download>
        {t.exports[format]}
      </a>
    ),
  }));
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button icon={<DownloadOutlined />} {...(size && { size })}>
        {t.insight.export}
      </Button>
    </Dropdown>
  );
}
