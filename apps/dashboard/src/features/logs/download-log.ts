import { saveBlob } from '#components/save-file.ts';
import { apiFetch } from '#features/browser-session/api.ts';
import { type ClusterRef, clusterUrl } from '#features/kube/cluster-ref.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import { kubeFetch } from '#features/kube/kube-fetch.ts';
import { podPath } from '#features/pods/pod-containers.ts';
import type { LineSource } from './line-source.ts';
import type { LogLine } from './log-line.ts';

type Container = Pick<LineSource, 'namespace' | 'pod' | 'container'>;

const paramsOf = ({ container }: Container, previous: boolean) => ({
  container,
  previous: previous || undefined,
  timestamps: true,
});

/** Makes the browser download the whole log of a container directly into a file, because it may be too large for a page's memory. */
export async function downloadLog(ref: ClusterRef, log: Container & { previous: boolean }): Promise<void> {
  // A link cannot refresh an expired browser session.
  await apiFetch('/api/v1/auth/me').catch(() => undefined);
  const link = document.createElement('a');
  link.href = clusterUrl(ref, `${podPath(log)}/log`, paramsOf(log, log.previous));
  link.download = `${log.pod}-${log.container}${log.previous ? '-previous' : ''}.log`;
  link.click();
}

/**
 * Saves the whole logs of several containers in one file, one after the other, each below its name. The browser keeps what has
 * been received outside the page's memory. A log that cannot be read is replaced by the reason.
 */
export async function downloadLogs(ref: ClusterRef, containers: readonly Container[], name: string): Promise<void> {
  const parts: BlobPart[] = [];
  for (const one of containers) {
    parts.push(`${parts.length === 0 ? '' : '\n'}==> ${one.namespace}/${one.pod}/${one.container} <==\n`);
    try {
      const response = await kubeFetch(ref, `${podPath(one)}/log`, { accept: '*/*', params: paramsOf(one, false) });
      parts.push(await response.blob());
    } catch (error) {
      parts.push(`${sentenceOf(error)}\n`);
    }
  }
  saveBlob(name, new Blob(parts, { type: 'text/plain' }));
}

/** The lines as text, as they are shown. */
export function writtenLines(lines: readonly LogLine[], show: { timestamps: boolean; names: boolean }): string {
  const written = lines
    .filter(({ seam }) => seam !== true)
    .map(({ time, text, source }) => {
      const before = [show.names ? source?.name : undefined, show.timestamps ? time : undefined];
      return [...before.filter((word) => word !== undefined && word !== ''), text].join(' ');
    });
  return `${written.join('\n')}\n`;
}
