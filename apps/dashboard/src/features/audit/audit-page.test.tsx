// @vitest-environment jsdom
import type { AuditEvent, Role } from '@postern/contracts';
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditEvent, cluster, id, me } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { Refusal, TestGateway } from '../../test/test-gateway.ts';
import { AuditPage } from './audit-page.tsx';

const gateway = new TestGateway();
let role: Role;
let pages: AuditEvent[][];
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
afterEach(() => {
  vi.useRealTimers();
});
beforeEach(() => {
  role = 'auditor';
  pages = [[auditEvent()]];
  gateway.forget();
  gateway.answer('getMe', () => ({ ...me, organizations: [{ id: id(2), name: 'Acme', slug: 'acme', role }] }));
  gateway.answer('listClusters', () => ({ items: [cluster()] }));
  gateway.answer('listAudit', ({ query }) => {
    const at = Number(query['cursor'] ?? 0);
    return { items: pages[at] ?? [], nextCursor: at + 1 < pages.length ? String(at + 1) : null };
  });
});
const open = (query = '') => renderPage(<AuditPage />, { gateway, path: `/acme/audit${query}` });
const row = (name: RegExp) => screen.findByRole('row', { name });
const lastQuery = () => gateway.calls('listAudit').at(-1)?.query;

describe('the audit page', { timeout: 60_000 }, () => {
  it('lists the trail in pages, and shows everything about an entry', async () => {
    pages.push([
      auditEvent({
        seq: 6,
        id: id(71),
        action: 'cluster.create',
        verb: null,
        resource: null,
        namespace: null,
        name: null,
      }),
    ]);
    const { user } = open();
    expectWords(await row(/get pods\/log/), 'ada@example.com', 'shop', 'till/web-1', 'refused', '403');
    await user.click(screen.getByRole('button', { name: 'Show older' }));
    await row(/cluster\.create/);
    expect(screen.queryByRole('button', { name: 'Show older' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Details of entry 7' }));
    const dialog = await screen.findByRole('dialog', { name: 'Entry 7: get pods/log' });
    expectWords(
      dialog,
      'robot, really postern:ada@example.com',
      'postern:viewer',
      'no binding allows it',
      '1,234 ms',
      '203.0.113.9',
      'kubectl: kubectl/v1.33',
      'aa11',
    );
    const link = within(dialog).getByRole('link', { name: 'Show the session' });
    expect(link.getAttribute('href')).toMatch(/^\/acme\/sessions/);
  });

  it('keeps its filters in the URL, and sends typed words together', async () => {
    const { user, address } = open('?actor=bob%40example.com');
    await row(/get pods/);
    expect(lastQuery()).toMatchObject({ actor: 'bob@example.com' });
    const who = screen.getByRole<HTMLInputElement>('textbox', { name: 'Who' });
    expect(who.value).toBe('bob@example.com');
    const asked = gateway.calls('listAudit').length;
    await user.type(screen.getByRole('searchbox', { name: 'Search' }), 'web-1');
    expect(gateway.calls('listAudit')).toHaveLength(asked);
    await user.type(screen.getByRole('textbox', { name: 'Namespace' }), 'till{Enter}');
    await waitFor(() =>
      expect(lastQuery()).toMatchObject({ actor: 'bob@example.com', text: 'web-1', namespace: 'till' }),
    );
    expect(address()).toBe('/acme/audit?actor=bob%40example.com&text=web-1&namespace=till');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Outcome' }), 'Refused');
    await waitFor(() => expect(lastQuery()).toMatchObject({ decision: 'refused', text: 'web-1' }));
    expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'Outcome' }));
  });

  it('counts newer entries, without the looks at the trail, and shows them when asked', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    let newer: AuditEvent[] = [];
    gateway.answer('listAudit', ({ query }) => ({
      items: query['after'] === undefined ? [...newer.toReversed(), auditEvent()] : newer,
      nextCursor: null,
    }));
    const { user } = open('?cluster=shop');
    await row(/get pods/);
    newer = [
      auditEvent({ seq: 8, id: id(71), action: 'audit.list', verb: null, resource: null, subresource: null }),
      auditEvent({ seq: 9, id: id(72), verb: 'delete' }),
    ];
    vi.advanceTimersByTime(20_000);
    const button = await screen.findByRole('button', { name: '1 new' });
    expect(lastQuery()).toMatchObject({ after: '7', cluster: 'shop' });
    expect(screen.queryByRole('row', { name: /delete pods/ })).toBeNull();
    await user.click(button);
    await row(/delete pods/);
    expect(screen.queryByRole('button', { name: '1 new' })).toBeNull();
  });

  it('teaches when nothing fits, and clears the filter', async () => {
    pages = [[]];
    const { user, address } = open('?action=nothing&span=1h');
    await screen.findByText('No entries match the filter');
    pages = [[auditEvent()]];
    await user.click(screen.getByRole('button', { name: 'Clear the filter' }));
    await row(/get pods/);
    expect(address()).toBe('/acme/audit');
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Action' }).value).toBe('');
  });

  it('verifies part after part, and names the first broken entry', async () => {
    let broken = false;
    gateway.answer('verifyAudit', ({ query }) =>
      query['cursor'] === undefined
        ? { checked: 1_000, first: 1, last: 1_000, nextCursor: 'more', broken: null }
        : {
            checked: 200,
            first: 1_001,
            last: 1_200,
            nextCursor: null,
            broken: broken ? { seq: 1_201, problem: 'its hash differs' } : null,
          },
    );
    const { user } = open();
    await user.click(await screen.findByRole('button', { name: 'Verify' }));
    await screen.findByText('Yes: all 1,200 entries, 1 to 1200, are what was recorded.');
    await user.keyboard('{Escape}');
    broken = true;
    await user.click(screen.getByRole('button', { name: 'Verify' }));
    await screen.findByText('No: entry 1201 is not what was recorded (its hash differs).');
  });

  it('says why an export failed', async () => {
    gateway.answer('exportAudit', () => {
      throw new Refusal(403, { code: 'forbidden', message: 'Not yours.', requestId: 'r' });
    });
    const { user } = open('?decision=refused');
    await user.click(await screen.findByRole('button', { name: 'Export' }));
    await screen.findByText('The export failed: Not yours.');
    expect(gateway.calls('exportAudit')[0]?.query).toEqual({ decision: 'refused' });
  });

  it('is not for members, and does not ask for them', async () => {
    role = 'member';
    open();
    await screen.findByText('The trail is not yours to read');
    expect(gateway.calls('listAudit')).toHaveLength(0);
  });
});
