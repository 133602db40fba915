'use client';
import type { Me } from '@postern/contracts';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { api } from './api.ts';

/** The signed-in person and their organizations. */
export function useMe(options: { enabled?: boolean } = {}): UseQueryResult<Me> {
  return useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => api.call('getMe', { signal }),
    staleTime: 5 * 60_000,
    enabled: options.enabled ?? true,
  });
}
