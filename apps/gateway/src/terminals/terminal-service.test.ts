import { createHash } from 'node:crypto';
import { turns, useLeakCheck } from '@postern/testkit';
import type { ResponseHead } from '@postern/tunnel';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterAccess } from '../access/cluster-access.ts';
import {
  ClusterOfflineError,
  type ClusterRequestHead,
  type OpenOptions,
  type OutgoingRequest,
} from '../connector/cluster-connector.ts';
import type { Principal } from '../identity/principal.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { GatewayMetrics } from '../metrics/metrics.ts';
import { Revalidation } from '../revalidation/revalidation.ts';
import { podJson } from '../test/fake-exec.ts';
import { FakeExecStream } from '../test/fake-exec-stream.ts';
import { FakeClusterStream } from '../test/fake-streams.ts';
import { FakeAuditLog, FakeAuthenticator, FakeBindings, FakeDirectory, FakeSessionLog } from '../test/fakes.ts';
import type { Ending } from './ending.ts';
import { commandOf } from './exec-request.ts';
import { type OpenedTerminal, type TerminalRequest, TerminalService } from './terminal-service.ts';

useLeakCheck();

const eve: Principal = {
  userId: 'eve',
  username: 'eve@example.com',
  credential: { kind: 'browser', id: 'session-eve', clusterId: null, expiresAt: new Date(0), scopes: null },
  memberships: [{ organizationId: 'o', slug: 'acme', role: 'member' }],
};
const request: TerminalRequest = {
  organization: 'acme',
  cluster: 'prod',
  namespace: 'shop',
  pod: 'web-0',
  shell: 'sh',
  columns: 80,
  rows: 24,
};
const withContainer = { ...request, container: 'app' };

let authenticator: FakeAuthenticator;
let directory: FakeDirectory;
let bindings: FakeBindings;
let sessions: FakeSessionLog;
let metrics: GatewayMetrics;
let revalidation: Revalidation;
let lines: string[];
let service: TerminalService;
/** What the cluster says about the pod. */
let pod: { status: number; body: string } | Error;
/** The stream of the exec, and what the cluster responds; by default it accepts. */
let stream: FakeExecStream;
let respond: (accepted: ResponseHead) => ResponseHead | Promise<ResponseHead>;
let opened: ({ kind: string } & OpenOptions)[];

beforeEach(() => {
  authenticator = new FakeAuthenticator();
  authenticator.principals.set('eve', eve);
  directory = new FakeDirectory();
  bindings = new FakeBindings();
  directory.clusters.push({
    id: 'c',
    organizationId: 'o',
    slug: 'acme',
    name: 'prod',
    offlineSince: null,
    everConnected: true,
  });
  sessions = new FakeSessionLog();
  metrics = new GatewayMetrics({ processMetrics: false });
  lines = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line) => lines.push(JSON.parse(line).msg) });
  revalidation = new Revalidation({ authenticator, logger });
  pod = { status: 200, body: podJson() };
  stream = new FakeExecStream();
  respond = (accepted) => accepted;
  opened = [];
  service = new TerminalService({
    directory,
    access: new ClusterAccess({ bindings, publicOrigin: 'https://postern.test' }),
    sessions,
    connector: { open: async (_cluster, head, options) => openStream(head, options) },
    audit: new FakeAuditLog(),
    revalidation,
    // Of one person, only one terminal may be open.
    limits: new Limits({ ...defaultLimits, streamsPerUser: 1 }, () => 0),
    metrics,
    logger,
  });
});
afterEach(async () => {
  revalidation.stop();
  stream.destroy();
  await turns();
});

function openStream(head: ClusterRequestHead, options: OpenOptions): OutgoingRequest {
  opened.push({ kind: head.kind, ...options });
  if (head.kind === 'upgrade') return { stream, response: Promise.resolve(respond(acceptance(head))) };
  if (pod instanceof Error) throw pod;
  const { status, body } = pod;
  const answer = new FakeClusterStream();
  answer.push(body);
  answer.push(null);
  return { stream: answer, response: Promise.resolve({ status, headers: [] }) };
}

/** The response of an apiserver that accepts an exec. */
function acceptance({ headers }: ClusterRequestHead): ResponseHead {
  const key = headers.find(([name]) => name === 'sec-websocket-key')?.[1];
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return {
    status: 101,
    headers: [
      ['upgrade', 'websocket'],
      ['sec-websocket-accept', accept],
      ['sec-websocket-protocol', 'v5.channel.k8s.io'],
    ],
  };
}

const open = (asked: TerminalRequest = withContainer): Promise<OpenedTerminal> =>
  service.open({ principal: eve, address: '192.0.2.1', userAgent: 'Firefox' }, asked);

const refusalOf = (code: number, message: string) => ({ name: 'Refusal', status: { code, message } });

/** Starts the output. @returns the endings that were reported. */
function start({ start: begin }: OpenedTerminal): Ending[] {
  const endings: Ending[] = [];
  begin({ onOutput: () => {}, onEnded: (ending) => endings.push(ending) });
  return endings;
}

const metric = async (name: string, kind: string): Promise<number | undefined> =>
  (await metrics.registry.getSingleMetric(name)?.get())?.values.find(({ labels }) => labels['kind'] === kind)?.value;

describe('opening a terminal', () => {
  it('opens an interactive exec in the default container and records it', async () => {
    const { terminal } = await open(request);
    expect(terminal).toMatchObject({ container: 'app', shell: 'sh' });
    expect(opened).toEqual([
      { kind: 'http', end: true, interactive: false },
      { kind: 'upgrade', end: false, interactive: true },
    ]);
    expect(sessions.sessions).toEqual([
      {
        id: '0190cccc-0000-7000-8000-000000000000',
        organizationId: 'o',
        clusterId: 'c',
        userId: 'eve',
        kind: 'terminal',
        namespace: 'shop',
        pod: 'web-0',
        container: 'app',
        command: commandOf('sh'),
        clientAddress: '192.0.2.1',
        userAgent: 'Firefox',
      },
    ]);
    expect(await metric('postern_streams_active', 'terminal')).toBe(1);
  });

  it('refuses a pod whose name could be read as a path', async () => {
    await expect(open({ ...withContainer, pod: 'a/b' })).rejects.toMatchObject(
      refusalOf(404, 'No such pod: the path has a percent-encoded separator or control character.'),
    );
    expect(opened).toEqual([]);
  });

  it('says nothing about an error of ours, but logs it', async () => {
    directory.failing = true;
    await expect(open()).rejects.toMatchObject(
      refusalOf(500, 'Postern cannot open a terminal right now. Try again shortly.'),
    );
    expect(lines).toEqual(['a terminal could not be opened']);
  });

  it('passes on what the cluster refused, and leaves nothing open', async () => {
    respond = () => ({ status: 403, headers: [] });
    stream.push('{"message":"pods is forbidden"}');
    stream.push(null);
    await expect(open()).rejects.toMatchObject(refusalOf(403, 'pods is forbidden'));
    expect(stream.destroyed).toBe(true);
    expect(sessions.sessions).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('reads at most 64 KiB of a refusal', async () => {
    respond = () => ({ status: 403, headers: [] });
    stream.push(Buffer.alloc(64 * 1024 + 1, ' '));
    await expect(open()).rejects.toMatchObject(refusalOf(502, 'The answer of the cluster is too large.'));
  });

  it('refuses a cluster that switches to something else, and records that the session has ended', async () => {
    respond = ({ status }) => ({ status, headers: [['upgrade', 'SPDY/3.1']] });
    await expect(open()).rejects.toMatchObject(
      refusalOf(502, 'The terminal could not be opened: the cluster did not switch to WebSocket.'),
    );
    await turns();
    expect(stream.destroyed).toBe(true);
    expect(sessions.sessions).toMatchObject([{ end: { reason: 'ended' } }]);
  });

  it('takes no place if the pod cannot be read', async () => {
    pod = { status: 404, body: '{"message":"pods \\"web-0\\" not found"}' };
    await expect(open(request)).rejects.toMatchObject(refusalOf(404, 'pods "web-0" not found'));
    await open();
    await expect(open()).rejects.toMatchObject({ status: { code: 429 } });
  });
});

describe('the end of an open terminal', () => {
  const lost: Partial<Ending> = { code: 'failed', message: 'The connection to the shell was lost.' };

  it.each<[string, typeof pod, Partial<Ending>]>([
    ['the pod is gone', { status: 404, body: '' }, { code: 'pod-gone' }],
    ['the shell has stopped in another way', { status: 200, body: podJson() }, lost],
    ['the cluster does not say', { status: 500, body: '' }, lost],
    ['we cannot ask the cluster', new Error('a mistake of ours'), lost],
  ])('is reported and recorded if %s', async (_, now, ending) => {
    const endings = start(await open());
    pod = now;
    stream.push(null);
    await turns();
    expect(endings).toMatchObject([ending]);
    expect(sessions.sessions).toMatchObject([{ end: { reason: endings[0]?.message } }]);
  });

  it('is logged if it cannot be reported', async () => {
    const terminal = await open();
    terminal.start({
      onOutput: () => {},
      onEnded: () => {
        throw new Error('a mistake of ours');
      },
    });
    stream.push(null);
    await turns();
    expect(lines).toEqual(['the end of a terminal could not be reported']);
  });

  it('is the end of access if the credential has ended', async () => {
    const endings = start(await open());
    authenticator.principals.clear();
    await revalidation.sweep();
    const message = 'Your access has ended.';
    expect(endings).toEqual([{ code: 'revoked', exitCode: null, message }]);
    await turns();
    expect(sessions.sessions).toMatchObject([{ end: { reason: message } }]);
  });

  it('is a refusal if the credential ends while the terminal is being opened', async () => {
    respond = () => new Promise((_, reject) => stream.once('error', reject));
    const refused = expect(open()).rejects.toMatchObject({ name: 'Refusal', status: { code: 403 } });
    await turns();
    authenticator.principals.clear();
    await revalidation.sweep();
    await refused;
    expect(lines).toEqual([]);
  });
});

describe('viewing a terminal with groups of the cluster’s own', () => {
  beforeEach(() => {
    const [cluster] = directory.clusters;
    if (cluster !== undefined) cluster.allowedGroups = ['shop-team'];
    bindings.rules = [
      { id: 'own', team: null, cluster: {}, level: null, groups: ['shop-team'], namespaces: [], expiresAt: null },
    ];
  });

  it.each([
    ['says no', { status: 201, body: '{"status":{"allowed":false}}' }, 403],
    ['cannot be reached', new ClusterOfflineError(), 503],
  ])('is refused if the cluster %s about opening one', async (_, said, code) => {
    pod = said;
    await expect(service.authoriseView(eve, withContainer)).rejects.toMatchObject({ status: { code } });
  });

  it('is allowed if the cluster says yes', async () => {
    pod = { status: 201, body: '{"status":{"allowed":true}}' };
    const { identity } = await service.authoriseView(eve, withContainer);
    expect(identity.groups).toEqual(['shop-team']);
    expect(opened).toMatchObject([{ kind: 'http' }]);
  });

  it('needs no cluster to know that there is one', async () => {
    pod = new ClusterOfflineError();
    const { identity } = await service.authorisePlace(eve, withContainer);
    expect(identity.groups).toEqual(['shop-team']);
    expect(opened).toEqual([]);
  });
});
