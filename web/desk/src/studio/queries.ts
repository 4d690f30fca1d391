/** What the studio fetches; news of others are seen within some seconds. */

import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import { search } from '../core/api.ts';
import type { Entries, EntryView, Knowledge, KnowledgeRole, PilotStatus } from '../core/protocol.ts';
import type { EntryKind } from '../core/studio.ts';
import { useDesk } from '../view/context.ts';

const OFTEN = 15_000;

/** What the agent may do with the knowledge; null: nothing. */
export function useStudioRole(): KnowledgeRole | null {
  const { keeper } = useDesk();
  return useStore(keeper.state, ({ session }) => session?.knowledge_role ?? null);
}

export function useKnowledge(): UseQueryResult<Knowledge> {
  const { api } = useDesk();
  return useQuery({
    queryKey: ['knowledge'],
    queryFn: () => api.request<Knowledge>('GET', '/knowledge'),
    refetchInterval: OFTEN,
  });
}

/** What is tried out with some conversations now, and the sites that there are. */
export function usePilot(): UseQueryResult<PilotStatus> {
  const { api } = useDesk();
  return useQuery({
    queryKey: ['knowledge', 'pilot'],
    queryFn: () => api.request<PilotStatus>('GET', '/knowledge/pilot'),
    refetchInterval: OFTEN,
  });
}

/** The entries of the draft, or of what is published while there is none. */
export function useStudioEntries(enabled: boolean, kind?: EntryKind): UseQueryResult<EntryView[]> {
  const { api } = useDesk();
  return useQuery({
    queryKey: ['knowledge', 'entries', kind ?? 'all'],
    queryFn: async () => (await api.request<Entries>('GET', '/knowledge/entries' + search({ kind }))).entries,
    enabled,
  });
}

/** What a new question begins with. */
export interface NewFaq {
  wordings: string[];
  answer?: string;
  source?: string;
  /** Where it is told that the new question settles what it came from, and with what beside. */
  settles: { path: string; body: object };
}

let begun: NewFaq | null = null;

/** Returns a function that opens the form of a new question; what users wrote stands in no address. */
export function useNewFaq(): (from: NewFaq) => void {
  const [, navigate] = useLocation();
  return (from) => {
    begun = from;
    navigate('/studio/faq/new');
  };
}

/** What the page of a new question begins with; the next page begins empty. */
export function useBegunFaq(isNew: boolean): NewFaq | null {
  // Only read while rendering: React may throw a rendering away and begin again before the page is shown.
  const [from] = useState(() => (isNew ? begun : null));
  useEffect(() => {
    begun = null;
  }, []);
  return from;
}
