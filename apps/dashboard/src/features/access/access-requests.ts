import { queryOptions } from '@tanstack/react-query';
import { api } from '#features/browser-session/api.ts';

/** One's own requests for access, and those that one may decide on. */
export const accessRequests = (organization: string) =>
  queryOptions({
    queryKey: ['access-requests', organization],
    queryFn: async ({ signal }) => (await api.call('listAccessRequests', { params: { organization }, signal })).items,
  });
