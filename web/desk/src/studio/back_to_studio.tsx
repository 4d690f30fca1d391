/** Leads back to the list of all that the bot answers. */

import { ArrowLeftOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { JSX } from 'react';
import { Link } from 'wouter';
import { t } from '../i18n/strings.ts';

export function BackToStudio(): JSX.Element {
  return (
    <Link href="/studio" asChild>
      <Button icon={<ArrowLeftOutlined />}>{t.studio.back}</Button>
    </Link>
  );
}
