/** What pages other than the workspace look like. */

import type { JSX, ReactNode } from 'react';

interface PageProps {
  title: string;
  lead: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, lead, actions, children }: PageProps): JSX.Element {
  return (
    <main className="page">
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          <p className="muted">{lead}</p>
        </div>
        {actions}
      </header>
      {children}
    </main>
  );
}
