import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { classify } from '../access/classify.ts';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import { attachRemoteAddress } from '../edge/remote-address.ts';
import type { Principal } from '../identity/principal.ts';
import { readAddress } from './address.ts';
import { sessionStart } from './session-start.ts';

const cluster: DirectoryCluster = {
  id: 'cluster-1',
  organizationId: 'organization-1',
  organizationSlug: 'acme',
  name: 'prod',
  labels: {},
  offlineSince: null,
  everConnected: true,
  allowedGroups: [],
  recording: { mode: 'off', input: false },
  auditMode: 'fail-open',
};
const principal: Principal = {
  userId: 'ada',
  username: 'ada@example.com',
  credential: { kind: 'api', id: 'credential-1', clusterId: null, expiresAt: new Date(0), scopes: null },
  memberships: [],
};

function startOf(path: string, headers: IncomingMessage['headers'] = {}): ReturnType<typeof sessionStart> {
  const request = new IncomingMessage(new Socket());
  request.headers = headers;
  attachRemoteAddress(request, '192.0.2.1');
  const asked = classify('GET', readAddress(`/api/v1/namespaces/a/pods/p/${path}`).target);
  return sessionStart({ principal, cluster, asked }, request);
}

it('records who opens a stream, where, and from where', () => {
  expect(startOf('exec?container=c&command=ls&command=-l', { 'user-agent': 'kubectl/v1' })).toEqual({
    organizationId: 'organization-1',
    clusterId: 'cluster-1',
    userId: 'ada',
    kind: 'exec',
    namespace: 'a',
    pod: 'p',
    container: 'c',
    command: ['ls', '-l'],
    clientAddress: '192.0.2.1',
    userAgent: 'kubectl/v1',
  });
});

it.each([
  ['exec?command=sh', 'exec', ['sh']],
  ['attach?stdin=true', 'attach', []],
  ['portforward?ports=80&ports=443', 'port-forward', ['80', '443']],
  ['portforward', 'port-forward', []],
])('records the kind of %s, and its command or ports', (path, kind, command) => {
  expect(startOf(path)).toMatchObject({ kind, command, container: null });
});

it('records an empty user agent if the client sends none', () => {
  expect(startOf('attach')?.userAgent).toBe('');
});

it('records nothing for a log, which is a read', () => {
  expect(startOf('log?follow=true')).toBeNull();
});
