/** What surrounds every page: navigation, the agent's own menu, the state of the connection. */

import {
  AuditOutlined,
  BarChartOutlined,
  BookOutlined,
  BranchesOutlined,
  CommentOutlined,
  FileSearchOutlined,
  IdcardOutlined,
  MessageOutlined,
  SafetyOutlined,
  SettingOutlined,
  TeamOutlined,
  ThunderboltOutlined,
} from '@ant-design/icons';
import { Badge, Result, Spin, Tooltip } from 'antd';
import { lazy, Suspense, type JSX, type ReactNode } from 'react';
import { Link, Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { listsOf } from '../core/tickets.ts';
import { t } from '../i18n/strings.ts';
import { Accounts } from '../pages/accounts.tsx';
import { Audit } from '../pages/audit.tsx';
import { CannedReplies } from '../pages/canned_replies.tsx';
import { ConversationRecord } from '../pages/conversation_record.tsx';
import { Conversations } from '../pages/conversations.tsx';
import { OwnReviews } from '../pages/own_reviews.tsx';
import { Persons } from '../pages/persons.tsx';
import { Routing } from '../pages/routing.tsx';
import { Search } from '../pages/search.tsx';
import { SettingsPage } from '../pages/settings.tsx';
import { Team } from '../pages/team.tsx';
import { Workspace } from '../pages/workspace.tsx';
import { AgentMenu } from './agent_menu.tsx';
import { Banners } from './banners.tsx';
import { useDesk, useDeskState } from './context.ts';
import { useStudioRole } from '../studio/queries.ts';
import { useHashPath } from './location.ts';
import { ShortcutHelp } from './shortcut_help.tsx';

/** Charts are larger than everything else together, and most agents never see them. */
const Insight = lazy(() => import('../pages/insight.tsx'));

/** Few own the content. */
const Studio = lazy(() => import('../pages/studio.tsx'));
const StudioMenu = lazy(() => import('../pages/studio_menu.tsx'));
const EntryPage = lazy(() => import('../studio/entry_page.tsx'));

export function Frame(): JSX.Element {
  const { agent } = useDesk();
  const supervises = agent.role !== 'agent';
  const edits = useStudioRole() !== null;
  return (
    <Router hook={useHashPath}>
      <div className="frame">
        <Navigation />
        <div className="frame-main">
          <Banners />
          <Switch>
            <Route path="/">
              <Workspace ticketId={null} />
            </Route>
            <Route path="/tickets/:id">
              {({ id }) => <Workspace ticketId={/^\d+$/.test(id) ? Number(id) : null} />}
            </Route>
            <Route path="/conversations">{supervises ? <Conversations /> : <Forbidden />}</Route>
            <Route path="/conversations/:id">
              {({ id }) => (supervises ? <ConversationRecord key={id} conversationId={id} /> : <Forbidden />)}
            </Route>
            <Route path="/search">
              <Search />
            </Route>
            <Route path="/replies">
              <CannedReplies />
            </Route>
            <Route path="/reviews">
              <OwnReviews />
            </Route>
            <Route path="/team">{supervises ? <Team /> : <Forbidden />}</Route>
            <Route path="/insight">
              {supervises ? (
                <Suspense fallback={<Spin className="page-spin" />}>
                  <Insight />
                </Suspense>
              ) : (
                <Forbidden />
              )}
            </Route>
            <Route path="/studio">
              {edits ? (
                <Suspense fallback={<Spin className="page-spin" />}>
                  <Studio />
                </Suspense>
              ) : (
                <Forbidden />
              )}
            </Route>
            <Route path="/studio/menu">
              {edits ? (
                <Suspense fallback={<Spin className="page-spin" />}>
                  <StudioMenu />
                </Suspense>
              ) : (
                <Forbidden />
              )}
            </Route>
            <Route path="/studio/:kind/:id">
              {({ kind, id }) =>
                edits ? (
                  <Suspense fallback={<Spin className="page-spin" />}>
                    <EntryPage key={`${kind}/${id}`} kind={kind} id={id} />
                  </Suspense>
                ) : (
                  <Forbidden />
                )
              }
            </Route>
            <Route path="/routing">{supervises ? <Routing /> : <Forbidden />}</Route>
            <Route path="/accounts">{agent.role === 'admin' ? <Accounts /> : <Forbidden />}</Route>
            <Route path="/persons">{agent.role === 'admin' ? <Persons /> : <Forbidden />}</Route>
            <Route path="/settings">{agent.role === 'admin' ? <SettingsPage /> : <Forbidden />}</Route>
            <Route path="/audit">{agent.role === 'admin' ? <Audit /> : <Forbidden />}</Route>
            <Route>
              <Redirect to="/" />
            </Route>
          </Switch>
        </div>
      </div>
      <ShortcutHelp />
    </Router>
  );
}

function Forbidden(): JSX.Element {
  return <Result status="403" title={t.errors.forbidden} />;
}

function Navigation(): JSX.Element {
  const { agent, desk } = useDesk();
  const unread = useDeskState(({ tickets }) =>
    listsOf(tickets, desk.options.agentId).mine.reduce((sum, ticket) => sum + ticket.unread, 0),
  );
  const urgent = useDeskState(({ counts }) => counts.urgent);
  const waiting = useDeskState(({ counts }) => counts.waiting);
  const supervises = agent.role !== 'agent';
  const edits = useStudioRole() !== null;
  return (
    <nav className="rail" aria-label={t.nav.label}>
      <Entry
        to="/"
        also="/tickets"
        title={t.nav.workspace}
        badge={<Badge count={unread || waiting} color={unread || urgent ? 'red' : 'gold'} size="small" />}
      >
        <CommentOutlined />
      </Entry>
      {supervises && (
        <Entry to="/conversations" also="/conversations" title={t.nav.conversations}>
          <MessageOutlined />
        </Entry>
      )}
      <Entry to="/search" title={t.nav.search}>
        <FileSearchOutlined />
      </Entry>
      <Entry to="/replies" title={t.nav.replies}>
        <ThunderboltOutlined />
      </Entry>
      {supervises && (
        <Entry to="/team" title={t.nav.team}>
          <TeamOutlined />
        </Entry>
      )}
      {supervises && (
        <Entry to="/insight" title={t.nav.insight}>
          <BarChartOutlined />
        </Entry>
      )}
      {edits && (
        <Entry to="/studio" also="/studio" title={t.nav.studio}>
          <BookOutlined />
        </Entry>
      )}
      {supervises && (
        <Entry to="/routing" title={t.nav.routing}>
          <BranchesOutlined />
        </Entry>
      )}
      {agent.role === 'admin' && (
        <Entry to="/accounts" title={t.nav.accounts}>
          <IdcardOutlined />
        </Entry>
      )}
      {agent.role === 'admin' && (
        <Entry to="/persons" title={t.nav.persons}>
          <SafetyOutlined />
        </Entry>
      )}
      {agent.role === 'admin' && (
        <Entry to="/settings" title={t.nav.settings}>
          <SettingOutlined />
        </Entry>
      )}
      {agent.role === 'admin' && (
        <Entry to="/audit" title={t.nav.audit}>
          <AuditOutlined />
        </Entry>
      )}
      <span className="rail-space" />
      <AgentMenu />
    </nav>
  );
}

function Entry({
  to,
  also,
  title,
  badge,
  children,
}: {
  to: string;
  also?: string;
  title: string;
  /** Stands beside the link, whose name it is no part of. */
  badge?: ReactNode;
  children: ReactNode;
}): JSX.Element {
  const [location] = useLocation();
  const isHere = location === to || (also !== undefined && location.startsWith(also));
  return (
    <Tooltip title={title} placement="right">
      <span className="rail-item">
        <Link href={to} className="rail-entry" aria-label={title} aria-current={isHere ? 'page' : undefined}>
          {children}
          <span className="rail-text" aria-hidden>
            {title}
          </span>
        </Link>
        {badge !== undefined && <span className="rail-badge">{badge}</span>}
      </span>
    </Tooltip>
  );
}
