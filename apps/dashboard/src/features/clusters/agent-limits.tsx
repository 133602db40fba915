import type { Cluster } from '@postern/contracts';

type Policy = NonNullable<Cluster['capabilities']>['policy'];

/** What the operator of a cluster's agent allows. It is set where the agent runs, so nothing can be changed here. */
export function AgentLimits({ policy }: { policy: Policy }) {
  return (
    <section aria-label="What the agent allows" className="mt-5 border-t pt-4">
      <h3 className="font-medium">What the agent allows</h3>
      <p className="mb-2 text-muted">Set where the agent runs. The agent enforces it, whatever is asked of it.</p>
      {policy === null ? (
        <p>It has not said yet: it never connected, or is too old.</p>
      ) : (
        <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1 [&_dt]:text-faint">
          <dt>Changes</dt>
          <dd>{policy.readOnly ? 'none, read-only' : 'yes'}</dd>
          <dt>Namespaces</dt>
          <dd>{policy.namespaces === null ? 'all' : policy.namespaces.join(', ') || 'none'}</dd>
          <dt>Other groups</dt>
          <dd>{policy.allowedGroups.join(', ') || 'none'}</dd>
          <dt>Acting as others (--as)</dt>
          <dd>{policy.allowImpersonation ? 'yes' : 'no'}</dd>
          <dt>Proxies to pods and services</dt>
          <dd>{policy.allowProxy ? 'yes' : 'no'}</dd>
        </dl>
      )}
    </section>
  );
}
