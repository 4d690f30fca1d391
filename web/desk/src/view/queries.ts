/** What is fetched and kept, and when news make it be fetched again. */

import { QueryClient, type QueryKey } from '@tanstack/react-query';
import { ApiError } from '../core/api.ts';
import type { DeskNews } from '../core/desk.ts';

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What is refused is refused again.
        retry: (count, error) => count < 2 && error instanceof ApiError && error.isTemporary,
      },
    },
  });
}

/** Fetches anew what the news are about. */
export function refetch(queries: QueryClient, news: DeskNews): void {
  switch (news.kind) {
    case 'agents':
      void renew(queries, ['groups']);
      void renew(queries, ['quality', 'mine']);
      return void renew(queries, ['agents']);
    case 'queue':
      if (news.reason === 'routing' || news.reason === null) void renew(queries, ['routing']);
      if (news.reason === 'labelled' || news.reason === null) void renew(queries, ['labels']);
      return void renew(queries, ['tickets']);
    case 'ticket':
      return void renew(queries, ['ticket', news.ticket.id]);
    case 'connected':
      return void renew(queries, ['ticket']);
    case 'message':
      if (news.message.author === 'user') void renew(queries, ['suggestions', news.ticketId]);
  }
}

/** Fetches what is shown anew; an answer that was under way before is not taken for the new one. */
export async function renew(queries: QueryClient, queryKey: QueryKey): Promise<void> {
  const found = queries.getQueryCache().findAll({ queryKey });
  // The first fetch of a query is not begun again, but waited for.
  const isFirst = found.some(({ state }) => state.data === undefined && state.fetchStatus === 'fetching');
  await queries.invalidateQueries({ queryKey });
  if (isFirst) await queries.invalidateQueries({ queryKey });
}

/**
 * Shows the answer to a change, or what `change` makes of what is shown. What was asked for before it and is still under
 * way knows nothing of the change, and would take its place.
 */
export async function adopt<Data>(
  queries: QueryClient,
  queryKey: QueryKey,
  change: Data | ((shown: Data | undefined) => Data | undefined),
): Promise<void> {
  await queries.cancelQueries({ queryKey, exact: true });
  queries.setQueryData<Data>(queryKey, change);
}
