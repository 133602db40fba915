import { Unplug } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { addCluster } from '#features/address/go-actions.ts';
import { Link } from '#features/router/link.tsx';

/** The next step while the organization has no cluster of its own. */
export function ConnectCard({ organization, demo }: { organization: string; demo: boolean }) {
  return (
    <section
      aria-label="Connect your cluster"
      className="flex flex-wrap items-center gap-x-6 gap-y-3 rounded-lg border border-line-strong border-dashed px-5 py-5"
    >
      <Unplug className="size-5 shrink-0 text-faint" aria-hidden />
      <div className="min-w-60 flex-1">
        <h2 className="font-medium text-base">Connect your cluster</h2>
        <p className="max-w-150 text-muted">
          One command in the cluster. An agent dials out from there; no port is opened, and the credentials never leave
          it.
          {demo && ' Until then, you can try everything on the demo cluster.'}
        </p>
      </div>
      <Button asChild>
        <Link href={addCluster.href({ organization, cluster: undefined })}>{addCluster.label}</Link>
      </Button>
    </section>
  );
}
