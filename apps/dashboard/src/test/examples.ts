import type {
  AccessRequest,
  ApiToken,
  AuditEvent,
  Binding,
  Cluster,
  HeldTerminal,
  Me,
  Session,
} from '@postern/contracts';

/** A UUID for an example, made from a number. */
export const id = (number: number): string => `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const AT = '2026-01-01T12:00:00.000Z';

export const me: Me = {
  user: { id: id(1), email: 'ada@example.com', createdAt: AT },
  organizations: [{ id: id(2), name: 'Acme', slug: 'acme', role: 'owner' }],
};

export function cluster(over: Partial<Cluster> = {}): Cluster {
  return {
    id: id(10),
    organizationId: id(2),
    name: 'shop',
    labels: {},
    demo: false,
    createdAt: AT,
    recording: { mode: 'best-effort', input: false },
    status: 'online',
    statusSince: AT,
    agent: null,
    kubernetes: null,
    capabilities: null,
    problem: null,
    joining: {
      tokenMade: null,
      agentDialled: null,
      keyRegistered: null,
      permissionsChecked: null,
      firstRequestServed: null,
    },
    uninstallCommand: 'kubectl delete namespace postern',
    ...over,
  };
}

export function token(over: Partial<ApiToken> = {}): ApiToken {
  return {
    id: id(20),
    name: 'deploy pipeline',
    kind: 'api',
    hint: 'pst_abcd',
    clusterId: null,
    scopes: ['cluster:read', 'cluster:use'],
    createdAt: AT,
    expiresAt: '2099-01-01T12:00:00.000Z',
    lastUsedAt: null,
    ...over,
  };
}

export function binding(over: Partial<Binding> = {}): Binding {
  return {
    id: id(40),
    subject: { kind: 'user', id: id(3), name: 'bob@example.com' },
    cluster: { id: id(10), name: 'shop' },
    selector: null,
    level: 'editor',
    groups: [],
    namespaces: [],
    reason: '',
    createdAt: AT,
    createdBy: { kind: 'user', id: id(1), name: 'ada@example.com' },
    expiresAt: null,
    ...over,
  };
}

export function accessRequest(over: Partial<AccessRequest> = {}): AccessRequest {
  return {
    id: id(50),
    account: { kind: 'user', id: id(3), name: 'bob@example.com' },
    cluster: { id: id(10), name: 'shop' },
    level: 'editor',
    namespaces: ['cart'],
    reason: 'INC-7',
    durationSeconds: 3_600,
    status: 'pending',
    breakGlass: false,
    createdAt: AT,
    decidedAt: null,
    decidedBy: null,
    note: '',
    accessExpiresAt: null,
    ...over,
  };
}

export function session(over: Partial<Session> = {}): Session {
  return {
    id: id(30),
    kind: 'exec',
    cluster: { id: id(10), name: 'shop' },
    user: { id: id(1), email: 'ada@example.com' },
    namespace: 'default',
    pod: 'web-0',
    container: 'app',
    command: ['sh', '-c', 'ls'],
    startedAt: AT,
    endedAt: '2026-01-01T12:05:00.000Z',
    endReason: 'The command ended.',
    bytesUp: 120,
    bytesDown: 4096,
    clientAddress: '192.0.2.7',
    userAgent: 'kubectl/v1.33',
    recording: null,
    viewers: [],
    ...over,
  };
}

/** A terminal that the gateway holds, and one view of it: this page's. */
export function heldTerminal(over: Partial<HeldTerminal> = {}): HeldTerminal {
  return {
    id: id(100),
    organization: 'acme',
    cluster: 'shop',
    namespace: 'default',
    pod: 'web-0',
    container: 'app',
    shell: 'bash',
    owner: { email: 'ada@example.com', own: true },
    startedAt: AT,
    viewers: [{ email: 'ada@example.com', mode: 'write', since: AT, own: true }],
    sharing: 'nobody',
    endsAt: null,
    ended: null,
    ...over,
  };
}

export function auditEvent(over: Partial<AuditEvent> = {}): AuditEvent {
  return {
    seq: 7,
    id: id(70),
    at: AT,
    action: 'kube.request',
    phase: null,
    request: null,
    decision: 'refused',
    reason: 'no binding allows it',
    source: 'kubectl',
    actor: { id: id(1), name: 'ada@example.com', kind: 'person' },
    credential: null,
    identity: { real: 'postern:ada@example.com', user: 'robot', groups: ['postern:viewer'] },
    cluster: { id: id(10), name: 'shop' },
    verb: 'get',
    group: '',
    resource: 'pods',
    subresource: 'log',
    namespace: 'till',
    name: 'web-1',
    status: 403,
    bytesUp: 0,
    bytesDown: 2_048,
    durationMs: 1_234,
    session: id(30),
    address: '203.0.113.9',
    userAgent: 'kubectl/v1.33',
    details: {},
    previous: 'aa11',
    hash: 'bb22',
    ...over,
  };
}
