/** Which agents get which tickets: groups, rules of assignment, leave. */

import { Tabs } from 'antd';
import type { JSX } from 'react';
import { t } from '../i18n/strings.ts';
import { AssignmentRules } from '../routing/assignment_rules.tsx';
import { Groups } from '../routing/groups.tsx';
import { Leaves } from '../routing/leaves.tsx';
import { ServiceTargets } from '../routing/service_targets.tsx';
import { Page } from '../view/page.tsx';

export function Routing(): JSX.Element {
  return (
    <Page title={t.routing.title} lead={t.routing.lead}>
      <Tabs
        items={[
          { key: 'groups', label: t.routing.tabs.groups, children: <Groups /> },
          { key: 'rules', label: t.routing.tabs.rules, children: <AssignmentRules /> },
          { key: 'targets', label: t.targets.title, children: <ServiceTargets /> },
          { key: 'leaves', label: t.routing.tabs.leaves, children: <Leaves /> },
        ]}
      />
    </Page>
  );
}
