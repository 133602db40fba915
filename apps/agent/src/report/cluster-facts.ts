import type { ImpersonatedIdentity } from '@postern/kube';
import { type AgentReport, parseUntrusted } from '@postern/tunnel';
import { z } from 'zod';
import { ask } from '../upstream/ask.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** The identity with which the agent itself reads the cluster, because it has no read rights of its own. */
const selfAsViewer: ImpersonatedIdentity = { user: 'postern:agent', groups: ['postern:viewer'] };

const pageSize = 500;
const maxPages = 40;
const tableOfNodes = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const Version = z.object({ gitVersion: z.string().max(64), platform: z.string().max(64) });
const NodeTable = z.object({
  metadata: z.object({ continue: z.string().optional() }).optional(),
  columnDefinitions: z.array(z.object({ name: z.string() })).optional(),
  rows: z.array(z.object({ cells: z.array(z.unknown()) })).nullish(),
});

/** Version and platform of the cluster; undefined if it does not report them. @throws {UpstreamError} */
export async function kubernetesVersion(
  upstream: Upstream,
): Promise<{ version: string; platform: string } | undefined> {
  const answer = await ask(upstream, { method: 'GET', path: '/version', as: selfAsViewer });
  const parsed = parseUntrusted(Version, answer.json);
  return parsed.success ? { version: parsed.data.gitVersion, platform: parsed.data.platform } : undefined;
}

/**
 * Counts nodes from server-side tables, in pages: a node object has 10 KiB and more, a table row only a few bytes.
 * @returns undefined if viewers may not list nodes. @throws {UpstreamError}
 */
export async function countNodes(upstream: Upstream): Promise<{ total: number; ready: number } | undefined> {
  let total = 0;
  let ready = 0;
  let token = '';
  let statusColumn = -1;
  for (let page = 0; page < maxPages; page++) {
    const query = new URLSearchParams({ limit: String(pageSize), includeObject: 'None' });
    if (token !== '') query.set('continue', token);
    const path = `/api/v1/nodes?${query}`;
    const answer = await ask(upstream, { method: 'GET', path, as: selfAsViewer, accept: tableOfNodes });
    const table = parseUntrusted(NodeTable, answer.json);
    if (answer.status !== 200 || !table.success) return undefined;
    const { columnDefinitions, rows, metadata } = table.data;
    // Only the first page has the column definitions.
    if (columnDefinitions?.length) statusColumn = columnDefinitions.findIndex(({ name }) => name === 'Status');
    for (const { cells } of rows ?? []) {
      total++;
      // `Ready`, `Ready,SchedulingDisabled`, `NotReady`, `Unknown`.
      if (String(cells[statusColumn]).split(',')[0] === 'Ready') ready++;
    }
    token = metadata?.continue ?? '';
    if (token === '') break;
  }
  return { total, ready };
}

export async function hasMetricsApi(upstream: Upstream): Promise<boolean> {
  const answer = await ask(upstream, { method: 'GET', path: '/apis/metrics.k8s.io/v1beta1', as: selfAsViewer });
  return answer.status === 200;
}

/** Whether the agent's own identity may impersonate each level. @throws {UpstreamError} */
export async function mayImpersonate(upstream: Upstream): Promise<boolean> {
  const wanted = [
    { verb: 'impersonate', resource: 'users', name: selfAsViewer.user },
    ...['admin', 'editor', 'viewer'].map((level) => ({
      verb: 'impersonate',
      resource: 'groups',
      name: `postern:${level}`,
    })),
  ];
  for (const resourceAttributes of wanted) {
    if (!(await isAllowed(upstream, { resourceAttributes }))) return false;
  }
  return true;
}

/** A right of each level that shows whether its binding exists. */
const telling = [
  { group: 'postern:viewer', resourceAttributes: { verb: 'list', resource: 'nodes' } },
  { group: 'postern:viewer', resourceAttributes: { verb: 'list', resource: 'pods' } },
  { group: 'postern:editor', resourceAttributes: { verb: 'create', group: 'apps', resource: 'deployments' } },
  { group: 'postern:admin', resourceAttributes: { verb: '*', group: '*', resource: '*' } },
];

/** Whether each level has its rights, checked by impersonating it. @throws {UpstreamError} */
export async function hasBindings(upstream: Upstream): Promise<boolean> {
  for (const { group, resourceAttributes } of telling) {
    const as = { user: selfAsViewer.user, groups: [group] };
    if (!(await isAllowed(upstream, { resourceAttributes, as }))) return false;
  }
  return true;
}

const AccessReview = z.object({ status: z.object({ allowed: z.boolean() }) });

async function isAllowed(
  upstream: Upstream,
  { resourceAttributes, as }: { resourceAttributes: object; as?: ImpersonatedIdentity },
): Promise<boolean> {
  const answer = await ask(upstream, {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
    ...(as === undefined ? {} : { as }),
  });
  return parseUntrusted(AccessReview, answer.json).data?.status.allowed ?? false;
}

export type Capabilities = NonNullable<AgentReport['capabilities']>;
