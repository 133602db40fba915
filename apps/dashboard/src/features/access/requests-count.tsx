'use client';
import { useQuery } from '@tanstack/react-query';
import { Badge } from '#components/ui/badge.tsx';
import { useMe } from '#features/browser-session/use-me.ts';
import { accessRequests } from './access-requests.ts';
import { usePermission } from './use-permission.ts';

/** How many requests wait for this person's decision; nothing if there are none, or they decide on none. */
export function RequestsCount({ organization }: { organization: string }) {
  const mayApprove = usePermission(organization, 'access:approve');
  const own = useMe().data?.user.id;
  const requests = useQuery({ ...accessRequests(organization), enabled: mayApprove, refetchInterval: 30_000 });
  const waiting =
    requests.data?.filter(({ status, account }) => status === 'pending' && account.id !== own).length ?? 0;
  if (!mayApprove || waiting === 0) return null;
  return (
    <Badge tone="info" className="ml-auto tabular-nums">
      {waiting} <span className="sr-only">to decide on</span>
    </Badge>
  );
}
