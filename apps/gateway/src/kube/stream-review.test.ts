import { randomUUID } from 'node:crypto';
import { until, useLeakCheck } from '@postern/testkit';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BindingRule } from '../bindings/decide-access.ts';
import { FakeExec } from '../test/fake-exec.ts';
import { type KubeHarness, kubePath, startKubeHarness } from '../test/kube-harness.ts';

// Kubernetes before 1.35 judges a stream by GET with `get`, so for groups of the cluster's own a review of `create` comes first.

useLeakCheck();

const reviewPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const yes = { status: 201, body: '{"status":{"allowed":true}}' };

let harness: KubeHarness;
/** What the cluster answers to a review. */
let answer: { status: number; body: string } | 'reset';
/** The reviews that reached the cluster. */
let reviews: unknown[];

beforeEach(async () => {
  harness = await startKubeHarness();
  harness.bindings.rules = [
    { id: 'own', team: null, cluster: {}, level: null, groups: ['shop-team'], namespaces: [], expiresAt: null },
  ];
  for (const cluster of harness.directory.clusters) cluster.allowedGroups = ['shop-team'];
  answer = yes;
  reviews = [];
  harness.onRequest = (request) => {
    const { head, respond, stream } = request;
    if (head.path !== reviewPath) {
      const spdy: [string, string][] = [
        ['connection', 'Upgrade'],
        ['upgrade', 'SPDY/3.1'],
      ];
      if (head.method === 'POST') respond({ status: 101, headers: spdy });
      else new FakeExec(request).finish({ status: 'Success' });
      return;
    }
    let text = '';
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    stream.once('end', () => {
      reviews.push(JSON.parse(text));
      if (answer === 'reset') return stream.reset('upstream-failed', 'broken');
      respond({ status: answer.status, headers: [['content-type', 'application/json']] });
      stream.end(answer.body);
    });
  };
});
afterEach(() => harness.close());

const pod = '/api/v1/namespaces/shop/pods/web-0';

/** @returns everything up to the end of the response. */
async function upgrade(method: 'GET' | 'POST', path: string): Promise<string> {
  const socket = await harness.connect();
  let got = '';
  socket.on('data', (part: Buffer) => {
    got += part.toString('latin1');
  });
  const protocol = method === 'GET' ? 'websocket' : 'SPDY/3.1';
  const handshake = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
  socket.write(
    `${method} ${kubePath}${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${handshake}\r\n`,
  );
  await until(() => got.includes(' 101 ') || socket.readableEnded);
  socket.destroy();
  return got;
}

const seen = () => harness.seen.map(({ kind, method, path }) => [kind, method, path]);

describe('a stream by GET for groups of the cluster’s own', () => {
  it.each(['exec?command=sh', 'attach?stdin=1', 'portforward?ports=80'])(
    'is opened only after the cluster confirmed `create` (%s)',
    async (action) => {
      expect(await upgrade('GET', `${pod}/${action}`)).toMatch(/^HTTP\/1\.1 101 /);
      const subresource = action.split('?')[0];
      expect(seen()).toEqual([
        ['http', 'POST', reviewPath],
        ['upgrade', 'GET', `${pod}/${action}`],
      ]);
      const identity = { user: 'postern:ada@example.com', groups: ['shop-team'] };
      expect(harness.seen.map((head) => head.identity)).toEqual([identity, identity]);
      expect(reviews).toEqual([
        {
          kind: 'SelfSubjectAccessReview',
          apiVersion: 'authorization.k8s.io/v1',
          spec: {
            resourceAttributes: {
              group: '',
              resource: 'pods',
              subresource,
              verb: 'create',
              namespace: 'shop',
              name: 'web-0',
            },
          },
        },
      ]);
    },
  );

  it.each([
    ['says no', { status: 201, body: '{"status":{"allowed":false}}' }],
    ['says something like yes', { status: 201, body: '{"status":{"allowed":"true"}}' }],
    ['says yes with another status', { ...yes, status: 200 }],
    ['refuses the review', { status: 403, body: '{"status":{"allowed":true}}' }],
    ['says nothing', { status: 201, body: '' }],
    ['says null', { status: 201, body: 'null' }],
  ])('is refused, and never sent, if the cluster %s', async (_, said) => {
    answer = said;
    const got = await upgrade('GET', `${pod}/exec?command=sh`);
    expect(got).toMatch(/^HTTP\/1\.1 403 /);
    expect(got).toContain('cannot create resource \\"pods/exec\\"');
    expect(seen()).toEqual([['http', 'POST', reviewPath]]);
    expect(harness.sessions.sessions).toEqual([]);
    await until(() => harness.audit.events.some(({ action }) => action === 'kube.exec'));
    expect(harness.audit.events.at(-1)).toMatchObject({ action: 'kube.exec', decision: 'refused', status: 403 });
  });

  it.each([
    ['breaks off', 'reset' as const],
    ['says more than a review has', { status: 201, body: `{"status":{"allowed":true},"x":"${'x'.repeat(70_000)}"}` }],
  ])('is not sent if the cluster %s', async (_, said) => {
    answer = said;
    expect(await upgrade('GET', `${pod}/exec?command=sh`)).toMatch(/^HTTP\/1\.1 502 /);
    expect(seen()).toEqual([['http', 'POST', reviewPath]]);
  });

  it('is not sent if access ends while the cluster is asked', async () => {
    let allow = (): void => {};
    harness.onRequest = ({ respond, stream }) => {
      stream.resume();
      allow = () => {
        respond({ status: 201, headers: [] });
        stream.end(yes.body);
      };
    };
    const upgraded = upgrade('GET', `${pod}/exec?command=sh`);
    await until(() => harness.seen.length === 1);
    harness.bindings.rules = [];
    // The connection is cut, so no response arrives.
    await expect(upgraded).resolves.toBe('');
    allow();
    await until(() => harness.audit.events.some(({ action }) => action === 'kube.exec'));
    expect(seen()).toEqual([['http', 'POST', reviewPath]]);
    expect(harness.sessions.sessions).toMatchObject([{ end: { reason: 'never opened' } }]);
  });

  it('in the browser needs the same review', async () => {
    harness.signIn('eve', 'browser');
    answer = { status: 201, body: '{"status":{"allowed":false}}' };
    const client = io(`https://127.0.0.1:${harness.port}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { cookie: 'session=eve', origin: harness.origin },
      ca: harness.cert,
    } as never);
    const place = { organization: 'acme', cluster: 'prod', namespace: 'shop', pod: 'web-0', columns: 80, rows: 24 };
    const refused = await client.emitWithAck('terminal:open', { ...place, container: 'app', viewer: randomUUID() });
    expect(refused).toMatchObject({ error: { message: expect.stringContaining('did not confirm this right') } });
    expect(seen()).toEqual([['http', 'POST', reviewPath]]);
    answer = yes;
    const opened = await client.emitWithAck('terminal:open', { ...place, container: 'app', viewer: randomUUID() });
    expect(opened).toHaveProperty('terminal');
    client.disconnect();
  });
});

describe('no review is asked', () => {
  it('for a stream by POST, which every Kubernetes judges as `create`', async () => {
    expect(await upgrade('POST', `${pod}/exec?command=sh`)).toMatch(/^HTTP\/1\.1 101 /);
    expect(reviews).toEqual([]);
  });

  it('for a level of Postern', async () => {
    const rule = harness.bindings.rules?.[0] as BindingRule;
    harness.bindings.rules = [{ ...rule, level: 'editor', groups: [] }];
    expect(await upgrade('GET', `${pod}/exec?command=sh`)).toMatch(/^HTTP\/1\.1 101 /);
    expect(reviews).toEqual([]);
  });

  it('for a read over WebSocket', async () => {
    expect(await upgrade('GET', `${pod}/log?follow=1`)).toMatch(/^HTTP\/1\.1 101 /);
    expect(reviews).toEqual([]);
  });
});
