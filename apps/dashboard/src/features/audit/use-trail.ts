'use client';
import type { AuditEvent } from '@postern/contracts';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '#features/browser-session/api.ts';
import { type AuditFilter, queryOf } from './audit-filter.ts';

const PAGE_SIZE = 50;
/** Reading the trail is itself recorded, so a page that stays open must not ask often. */
const NEWER_EVERY_MS = 20_000;
const NEWER_LIMIT = 100;

/** The entries that fit a filter, newest first, in pages; and how many newer ones wait. */
export function useTrail(organization: string, filter: AuditFilter) {
  const client = useQueryClient();
  const queryKey = ['audit', organization, filter];
  const trail = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      api.call('listAudit', {
        params: { organization },
        query: {
          ...queryOf(filter, Date.now()),
          limit: PAGE_SIZE,
          ...(pageParam !== null && { cursor: pageParam }),
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  });
  const events = trail.data?.pages.flatMap(({ items }) => items);
  const newest = events?.[0]?.seq ?? 0;
  const newer = useQuery({
    queryKey: ['audit-newer', organization, filter, newest],
    queryFn: async ({ signal }) => {
      const { items } = await api.call('listAudit', {
        params: { organization },
        query: { ...queryOf(filter, Date.now()), after: newest, limit: NEWER_LIMIT },
        signal,
      });
      return items.filter((event) => !isReading(event)).length;
    },
    enabled: events !== undefined,
    // The list has just been loaded.
    initialData: 0,
    staleTime: NEWER_EVERY_MS,
    refetchInterval: NEWER_EVERY_MS,
  });

  return {
    trail,
    events,
    newer: newer.data,
    /** Whether there are more newer entries than were counted. */
    isMore: newer.data >= NEWER_LIMIT,
    showNewer: () => client.resetQueries({ queryKey }),
  };
}

/** A look at the trail, which this page causes itself. */
const isReading = ({ action }: AuditEvent): boolean => action === 'audit.list';
