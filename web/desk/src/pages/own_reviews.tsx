/** What supervisors say of an agent's own tickets. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, type JSX } from 'react';
import { t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';
import { Page } from '../view/page.tsx';
import { ReviewTable } from './quality.tsx';

export function OwnReviews(): JSX.Element {
  const { api } = useDesk();
  const queries = useQueryClient();
  const found = useQuery({ queryKey: ['quality', 'mine'], queryFn: api.ownReviews });
  const hasNews = found.data?.reviews.some(({ is_new }) => is_new) ?? false;
  useEffect(() => {
    // They stay marked until the page is opened again.
    if (!hasNews) return;
    void api.seeOwnReviews().catch(() => undefined);
    // The badge of the menu goes once the page has been left.
    return () => void queries.invalidateQueries({ queryKey: ['quality', 'mine'] });
  }, [api, hasNews, queries]);
  return (
    <Page title={t.quality.mine} lead={t.quality.mine_lead}>
      <ReviewTable
        reviews={found.data?.reviews ?? []}
        loading={found.isLoading}
        empty={found.isError ? errorText(found.error) : t.quality.mine_empty}
      />
    </Page>
  );
}
