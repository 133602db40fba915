'use client';
import { Radio } from 'lucide-react';
import { useConnection } from '#features/freshness/connection.ts';

/** Says above a terminal that it needs a live connection, while there is none but everything else works. */
export function NeedsLiveConnection() {
  const { freshness, hasSocket } = useConnection();
  if (hasSocket || freshness.state !== 'fallback') return null;
  return (
    <p role="status" className="flex items-start gap-2 border-b bg-warn-soft px-3 py-1.5 text-warn">
      <Radio className="mt-0.5 size-4 shrink-0" aria-hidden />
      <span>
        Terminals need the live connection, which could not be made. Check that proxies and firewalls between this
        browser and {window.location.host} let WebSocket connections to /socket.io/ pass. The page keeps trying by
        itself.
      </span>
    </p>
  );
}
