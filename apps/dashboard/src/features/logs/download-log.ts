import { apiFetch } from '#features/browser-session/api.ts';
import { clusterUrl } from '#features/kube/cluster-ref.ts';
import { podPath } from '#features/pods/pod-containers.ts';
import type { PodTarget } from '#features/pods/pod-target.ts';

/** Makes the browser download the whole log directly into a file, because it may be too large for a page's memory. */
export async function downloadLog(target: PodTarget, log: { container: string; previous: boolean }): Promise<void> {
  // A link cannot refresh an expired browser session.
  await apiFetch('/api/v1/auth/me').catch(() => undefined);
  const link = document.createElement('a');
  link.href = clusterUrl(target.ref, `${podPath(target)}/log`, {
    container: log.container,
    previous: log.previous || undefined,
    timestamps: true,
  });
  link.download = `${target.pod}-${log.container}${log.previous ? '-previous' : ''}.log`;
  link.click();
}
