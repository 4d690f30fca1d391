/** What is shown instead of a page that broke: what was written is kept, and a reload shows it again. */

import { Button, Result } from 'antd';
import { Component, type ReactNode } from 'react';
import { t } from '../i18n/strings.ts';

export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <Result
        status="warning"
        title={t.broken.title}
        subTitle={t.broken.lead}
        extra={
          <Button type="primary" onClick={() => window.location.reload()}>
            {t.broken.reload}
          </Button>
        }
      />
    );
  }
}
