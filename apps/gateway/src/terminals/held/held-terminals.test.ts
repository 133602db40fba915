import { randomUUID } from 'node:crypto';
import type { Role } from '@postern/contracts';
import { useLeakCheck } from '@postern/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Admission } from '../../access/cluster-access.ts';
import { refusal } from '../../access/refusal.ts';
import type { Principal } from '../../identity/principal.ts';
import { gatewayStopped } from '../../leases/end-gateways.ts';
import { FakeAuditLog, FakeSessionViewers } from '../../test/fakes.ts';
import type { Ending } from '../ending.ts';
import type { Terminal, TerminalEvents } from '../terminal.ts';
import type { OpenedTerminal, TerminalClient } from '../terminal-service.ts';
import { type BegunView, HeldTerminals } from './held-terminals.ts';
import type { ViewEvents } from './terminal-view.ts';

useLeakCheck();

const size = { columns: 80, rows: 24 };
const place = {
  organization: 'acme',
  cluster: 'prod',
  namespace: 'shop',
  pod: 'web-0',
  shell: 'auto' as const,
  ...size,
};

/** Opens shells that do nothing. */
class StubService {
  readonly shells: { id: string; events: TerminalEvents | undefined }[] = [];
  readonly authorised: [string, object][] = [];
  before: () => Promise<void> = async () => {};
  refused: Error | undefined;
  /** Only of viewing, as by the cluster. */
  refusedView: Error | undefined;

  async open(): Promise<OpenedTerminal> {
    await this.before();
    const shell: StubService['shells'][number] = { id: randomUUID(), events: undefined };
    this.shells.push(shell);
    const terminal = {
      id: shell.id,
      container: 'app',
      shell: 'bash',
      hold: () => {},
      release: () => {},
      resize: () => {},
      input: () => {},
      end: (ending: Ending) => shell.events?.onEnded(ending, { up: 0, down: 0 }),
    } as unknown as Terminal;
    const start = (events: TerminalEvents): void => {
      shell.events = events;
    };
    return { terminal, organizationId: 'acme-id', isFailClosed: false, start };
  }

  async authoriseView(principal: Principal, where: object): Promise<Admission> {
    if (this.refusedView !== undefined) throw this.refusedView;
    return this.authorisePlace(principal, where);
  }

  async authorisePlace(principal: Principal, where: object): Promise<Admission> {
    this.authorised.push([principal.userId, where]);
    if (this.refused !== undefined) throw this.refused;
    const identity = { user: `postern:${principal.username}`, groups: ['postern:editor'] };
    return {
      grant: { level: 'editor', groups: identity.groups, via: ['role'] },
      identity,
      stillHolds: async () => true,
    };
  }
}

let service: StubService;
let viewers: FakeSessionViewers;
let reasons: Map<string, string>;
let asked: object[];
let terminals: HeldTerminals;
/** Ends the access with which the last view of a colleague began. */
let revoke: (() => void) | undefined;

beforeEach(() => {
  service = new StubService();
  viewers = new FakeSessionViewers();
  reasons = new Map();
  asked = [];
  terminals = new HeldTerminals({
    service,
    viewers,
    revalidation: {
      watch: (_, onRevoked) => {
        revoke = onRevoked;
        return () => {
          revoke = undefined;
        };
      },
    },
    audit: new FakeAuditLog(),
    sessions: {
      whatBecameOf: async (session) => {
        asked.push(session);
        const endReason = reasons.get(session.id);
        return endReason === undefined || endReason === 'open' ? (endReason ?? null) : { endReason };
      },
    },
    logger: pino({ level: 'silent' }),
    graceMs: 60_000,
    most: 40,
  });
});
afterEach(() => terminals.close());

function client(
  userId: string,
  { signIn = userId, role = 'owner' as Role, organization = 'acme' } = {},
): TerminalClient {
  return {
    principal: {
      userId,
      username: `${userId}@example.com`,
      credential: { kind: 'browser', id: signIn, clusterId: null, expiresAt: new Date(8e15), scopes: null },
      memberships: [{ organizationId: `${organization}-id`, slug: organization, role }],
    },
    address: '192.0.2.1',
    userAgent: 'a browser',
  };
}

const silent: ViewEvents = {
  onReset: () => {},
  onOutput: () => {},
  onSize: () => {},
  onViewers: () => {},
  onDetached: () => {},
  onEnded: () => {},
};

async function open(by: TerminalClient, viewer = randomUUID()): Promise<BegunView> {
  const begun = await terminals.open(by, { ...place, viewer }, silent);
  begun.start();
  return begun;
}

type Attached = Awaited<ReturnType<HeldTerminals['attach']>>;

async function attach(
  by: TerminalClient,
  terminal: string,
  more: { mode?: 'auto' | 'write' | 'watch'; viewer?: string; organization?: string } = {},
): Promise<Attached> {
  const request = { organization: 'acme', terminal, viewer: randomUUID(), position: 0, mode: 'auto' as const, ...size };
  const attached = await terminals.attach(by, { ...request, ...more }, silent);
  if ('start' in attached) attached.start();
  return attached;
}

const mode = (attached: Attached): unknown =>
  'view' in attached ? attached.view.mode : 'elsewhere' in attached ? 'elsewhere' : attached.gone.code;

const ada = client('ada');
const bob = client('bob', { role: 'admin' });

describe('a person', () => {
  it('comes back to a terminal of their own, and types', async () => {
    const { terminal, view } = await open(ada);
    terminal.detach(view);
    expect(mode(await attach(ada, terminal.id))).toBe('write');
    expect([service.authorised, viewers.views]).toEqual([[], []]);
  });

  it('is asked before another view of theirs is taken the keyboard', async () => {
    const { terminal, view } = await open(ada);
    expect(mode(await attach(ada, terminal.id))).toBe('elsewhere');
    expect(view.mode).toBe('write');
    expect(mode(await attach(ada, terminal.id, { mode: 'watch' }))).toBe('watch');
    expect(mode(await attach(ada, terminal.id, { mode: 'write' }))).toBe('write');
    expect(view.mode).toBe('watch');
  });

  it('whose connection is dead for longer than the gateway knows comes back to the same view', async () => {
    const viewer = randomUUID();
    const { terminal } = await open(ada, viewer);
    expect(mode(await attach(ada, terminal.id, { viewer }))).toBe('write');
    expect(terminal.describe('ada').viewers).toHaveLength(1);
  });

  it('from another sign-in needs the rights to open it, and is recorded', async () => {
    const { terminal, view } = await open(ada);
    terminal.detach(view);
    const elsewhere = client('ada', { signIn: 'phone' });
    const attached = await attach(elsewhere, terminal.id);
    expect(service.authorised).toEqual([['ada', expect.objectContaining(place)]]);
    const record = {
      organizationId: 'acme-id',
      sessionId: terminal.id,
      userId: 'ada',
      canType: true,
      clientAddress: '192.0.2.1',
      userAgent: 'a browser',
    };
    expect(viewers.views).toEqual([{ ...record, hasLeft: false }]);
    if ('view' in attached) terminal.detach(attached.view);
    expect(viewers.views).toEqual([{ ...record, hasLeft: true }]);
  });

  it('gets no second shell if the page asks again for the one that it opened', async () => {
    const viewer = randomUUID();
    const first = await open(ada, viewer);
    const again = await open(ada, viewer);
    expect(again.terminal).toBe(first.terminal);
    await open(bob, viewer);
    await open(client('ada', { signIn: 'phone' }), viewer);
    expect(service.shells).toHaveLength(3);
  });

  it('has at most 32, also while they open, and one more when one has ended', async () => {
    for (let count = 0; count < 31; count++) await open(ada);
    const [last, refused] = await Promise.allSettled([open(ada), open(ada)]);
    expect(last.status).toBe('fulfilled');
    expect(refused).toMatchObject({
      reason: { status: { code: 429, message: 'You have 32 terminals running, which is the most. End one first.' } },
    });
    service.shells[0]?.events?.onEnded({ code: 'exited', exitCode: 0, message: '' }, { up: 0, down: 0 });
    await open(ada);
    await expect(open(ada)).rejects.toThrow('32 terminals');
    service.before = () => Promise.reject(refusal(503, 'offline'));
    await expect(open(bob)).rejects.toThrow('offline');
    service.before = async () => {};
    await open(bob);
  });
});

it('a gateway holds only so many', async () => {
  for (let count = 0; count < 40; count++) await open(client(`person ${count % 2}`));
  await expect(open(bob)).rejects.toMatchObject({ status: { code: 429 } });
});

describe('a colleague', () => {
  it('neither finds nor views a terminal that is not shared', async () => {
    const { terminal } = await open(ada);
    expect(mode(await attach(bob, terminal.id, { mode: 'watch' }))).toBe('not-found');
    expect([await terminals.list(bob.principal, 'acme-id'), service.authorised]).toEqual([[], []]);
  });

  it('watches or types as the owner allows, which is recorded', async () => {
    const { terminal } = await open(ada);
    terminal.share('watch');
    expect(await terminals.list(bob.principal, 'acme-id')).toMatchObject([{ id: terminal.id, owner: { own: false } }]);
    expect(mode(await attach(bob, terminal.id))).toBe('watch');
    await expect(attach(bob, terminal.id, { mode: 'write' })).rejects.toMatchObject({ status: { code: 403 } });
    terminal.share('write');
    expect(mode(await attach(bob, terminal.id))).toBe('write');
    expect(viewers.views.map(({ userId, canType, hasLeft }) => [userId, canType, hasLeft])).toEqual([
      ['bob', false, false],
      ['bob', true, true],
      ['bob', true, false],
    ]);
    expect(service.authorised).toHaveLength(4);
  });

  it('who could not open it may not view it', async () => {
    const { terminal } = await open(ada);
    terminal.share('write');
    service.refused = refusal(403, 'no');
    expect(await terminals.list(bob.principal, 'acme-id')).toEqual([]);
    const message = 'Your access does not allow terminals in this place any more.';
    expect(await attach(bob, terminal.id)).toEqual({ gone: { code: 'denied', exitCode: null, message } });
    terminal.share('nobody');
    expect(mode(await attach(bob, terminal.id))).toBe('not-found');
    terminal.share('write');
    service.refused = new Error('the database is away');
    await expect(attach(bob, terminal.id)).rejects.toThrow('away');
    expect(terminal.describe('ada').viewers).toHaveLength(1);
    expect(viewers.views).toEqual([]);
  });

  it('sees no more of it once the access with which the view began has ended, and the owner goes on', async () => {
    const { terminal } = await open(ada);
    terminal.share('write');
    await attach(bob, terminal.id);
    expect(terminal.describe('ada').viewers.map(({ email }) => email)).toEqual(['ada@example.com', 'bob@example.com']);
    revoke?.();
    expect(terminal.describe('ada').viewers.map(({ email }) => email)).toEqual(['ada@example.com']);
    expect(viewers.views).toMatchObject([{ userId: 'bob', hasLeft: true }]);
    expect(revoke).toBeUndefined();
  });

  it('who must ask the cluster before they view it sees it in the list without', async () => {
    const { terminal } = await open(ada);
    terminal.share('write');
    service.refusedView = refusal(503, 'offline');
    expect(await terminals.list(bob.principal, 'acme-id')).toMatchObject([{ id: terminal.id }]);
    await expect(attach(bob, terminal.id)).rejects.toMatchObject({ status: { code: 503 } });
    service.refusedView = refusal(403, 'no');
    expect(await attach(bob, terminal.id)).toMatchObject({ gone: { code: 'denied' } });
    expect(viewers.views).toEqual([]);
  });

  it('is refused if the view cannot be recorded', async () => {
    const { terminal } = await open(ada);
    terminal.share('write');
    viewers.failing = true;
    await expect(attach(bob, terminal.id)).rejects.toMatchObject({ status: { code: 503 } });
    expect(terminal.describe('ada').viewers).toHaveLength(1);
  });

  it('from whom the sharing is taken back meanwhile is refused', async () => {
    const { terminal } = await open(ada);
    terminal.share('write');
    const attaching = attach(bob, terminal.id);
    terminal.share('nobody');
    await expect(attaching).rejects.toMatchObject({ status: { code: 403 } });
    expect(viewers.views).toMatchObject([{ hasLeft: true }]);
  });
});

describe('a stranger', () => {
  const mallory = client('mallory', { organization: 'other' });

  it('finds nothing, whatever is shared, by whatever name', async () => {
    const { terminal } = await open(ada);
    terminal.share('write');
    for (const organization of ['acme', 'other'])
      expect(mode(await attach(mallory, terminal.id, { organization }))).toBe('not-found');
    expect(await terminals.list(mallory.principal, 'acme-id')).toEqual([]);
    expect(asked).toEqual([{ id: terminal.id, organizationId: 'other-id', userId: 'mallory' }]);
  });
});

describe('a terminal that is not held', () => {
  it.each([
    [gatewayStopped, 'gateway-stopped', 'The gateway was restarted, and the shell ended with it.'],
    [
      'open',
      'gateway-stopped',
      'The gateway that held this terminal has stopped, or your connection leads to another one now.',
    ],
    ['The shell has ended.', 'closed', 'The shell has ended.'],
    ['', 'not-found', 'This terminal is not running any more, or it is not shared with you.'],
  ])('that ended with "%s" is answered with %s', async (reason, code, message) => {
    const id = randomUUID();
    reasons.set(id, reason);
    expect(await attach(ada, id)).toEqual({ gone: { code, exitCode: null, message } });
    expect(asked).toEqual([{ id, organizationId: 'acme-id', userId: 'ada' }]);
  });
});

it('tells of changes, and ends everything with the process', async () => {
  const changes: string[] = [];
  terminals.on('changed', (organizationId) => changes.push(organizationId));
  const endings: string[] = [];
  const begun = await terminals.open(
    ada,
    { ...place, viewer: randomUUID() },
    { ...silent, onEnded: ({ code }) => endings.push(code) },
  );
  begun.start();
  expect(changes).not.toEqual([]);
  terminals.close();
  expect(endings).toEqual(['gateway-stopped']);
  expect(await terminals.list(ada.principal, 'acme-id')).toEqual([]);
});
