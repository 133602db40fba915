import { Badge } from '#components/ui/badge.tsx';
import { Time } from '#components/ui/time.tsx';

/** An expiry in less than this is marked as near, in milliseconds. */
const NEAR_MS = 7 * 86_400_000;

/** When a token expires, or that it has. */
export function Expiry({ at }: { at: string }) {
  const left = new Date(at).getTime() - Date.now();
  if (left <= 0) return <Badge tone="bad">expired</Badge>;
  return <Time at={at} form="ago" className={left < NEAR_MS ? 'text-warn' : 'text-muted'} />;
}
