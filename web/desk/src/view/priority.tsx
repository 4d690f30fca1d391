/** How pressing a ticket is, where it is more than others. */

import { Tag } from 'antd';
import type { JSX } from 'react';
import { t } from '../i18n/strings.ts';

const NORMAL = 2;

export function Priority(props: { of: number; solid?: boolean }): JSX.Element | null {
  if (props.of >= NORMAL) return null;
  return (
    <Tag color={props.of === 0 ? 'red' : 'orange'} {...(props.solid === true ? { variant: 'solid' as const } : {})}>
      {t.priorities[props.of]}
    </Tag>
  );
}
