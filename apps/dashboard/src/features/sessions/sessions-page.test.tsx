// @vitest-environment jsdom
import type { Session } from '@postern/contracts';
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { cluster, id, me, session } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { Refusal, TestGateway } from '../../test/test-gateway.ts';
import { SessionsPage } from './sessions-page.tsx';

const gateway = new TestGateway();
const sessions: readonly Session[] = [
  session({ id: id(31), kind: 'terminal', pod: 'web-0', endedAt: null, endReason: null, command: [] }),
  session({ id: id(32), kind: 'exec', pod: 'db-0', command: ['psql', '-c', 'select 1'], bytesDown: 3 * 1024 * 1024 }),
];
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.forget();
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [cluster({ id: id(10), name: 'shop' })] }));
  gateway.answer('listSessions', ({ query }) => ({
    items: sessions.filter(
      ({ kind, endedAt }) =>
        (query['kind'] === undefined || kind === query['kind']) && (query['active'] !== 'true' || endedAt === null),
    ),
    nextCursor: null,
  }));
});

const open = (query = '') => renderPage(<SessionsPage />, { gateway, path: `/acme/sessions${query}` });
const row = (name: string) => screen.findByRole('row', { name: new RegExp(name) });
/** The query of the last request, without its limit. */
const asked = () => {
  const { limit, ...query } = gateway.calls('listSessions').at(-1)?.query ?? {};
  return query;
};

describe('the page of sessions', { timeout: 60_000 }, () => {
  it('shows who was where, with which command, for how long, and the traffic', async () => {
    open();
    const terminal = await row('web-0');
    expectWords(terminal, 'Terminal', 'ada@example.com', 'shop / default / app', 'still open');
    const exec = await row('db-0');
    expectWords(exec, 'Exec', 'psql -c select 1', '5m', '120 B', '3 MiB');
    expect(exec.textContent).not.toContain('still open');
    expect(within(exec).getByRole('link', { name: 'db-0' }).getAttribute('href')).toBe(
      '/acme/clusters/shop/r/pods/default/db-0',
    );
  });

  it('filters by kind and activity, and puts the filter into the URL', async () => {
    const { user, address } = open();
    await row('db-0');
    await user.selectOptions(screen.getByLabelText('Kind'), 'Terminal');
    await waitFor(() => expect(screen.queryByRole('row', { name: /db-0/ })).toBeNull());
    await row('web-0');
    expect(asked()).toEqual({ kind: 'terminal' });
    await user.click(screen.getByLabelText('Active now'));
    await waitFor(() => expect(asked()).toEqual({ kind: 'terminal', active: 'true' }));
    expect(address()).toBe('/acme/sessions?kind=terminal&active=true');
  });

  it('starts with the filter of its URL, and requests a cluster by its id', async () => {
    open('?cluster=shop&kind=exec');
    await row('db-0');
    expect(screen.queryByRole('row', { name: /web-0/ })).toBeNull();
    expect(gateway.calls('listSessions').map(({ query }) => query['cluster'])).toEqual([id(10)]);
    expect(screen.getByLabelText<HTMLSelectElement>('Cluster').value).toBe('shop');
  });

  it('requests nothing for an unknown cluster, and can clear the filter', async () => {
    const { user, address } = open('?cluster=gone');
    await screen.findByText('No sessions match the filter');
    expect(gateway.calls('listSessions')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Clear the filter' }));
    await row('db-0');
    expect(address()).toBe('/acme/sessions');
  });

  it('loads older sessions', async () => {
    const older = session({ id: id(33), pod: 'batch-7' });
    gateway.answer('listSessions', ({ query }) =>
      query['cursor'] === 'page 2'
        ? { items: [older], nextCursor: null }
        : { items: [...sessions], nextCursor: 'page 2' },
    );
    const { user } = open();
    await row('web-0');
    await user.click(screen.getByRole('button', { name: 'Show older' }));
    await row('batch-7');
    await row('web-0');
    expect(screen.queryByRole('button', { name: 'Show older' })).toBeNull();
  });

  it('marks what was recorded, and how much of it is missing', async () => {
    const recording = { durationMs: 9_000, sizeBytes: 800, isComplete: true, missingBytes: 2_048 };
    const recorded = session({ id: id(34), pod: 'recorded-0', recording });
    gateway.answer('listSessions', () => ({ items: [recorded, ...sessions], nextCursor: null }));
    open();
    expectWords(await row('recorded-0'), 'Recorded', 'without 2 KiB');
    expectWords(await row('db-0'), 'none');
  });

  it('saves the recording of a session that has ended, as it is', async () => {
    const recording = { durationMs: 9_000, sizeBytes: 800, isComplete: true, missingBytes: 0 };
    const saved: string[] = [];
    const save = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    const url = vi.fn(() => 'blob:recording');
    URL.createObjectURL = url;
    URL.revokeObjectURL = () => {};
    onTestFinished(() => save.mockRestore());
    const recorded = session({ id: id(34), pod: 'recorded-0', recording });
    gateway.answer('listSessions', () => ({ items: [recorded], nextCursor: null }));
    gateway.answer('getRecording', () => undefined);
    const { user } = open();
    const of = within(await row('recorded-0'));
    await user.click(await of.findByRole('button', { name: 'Save the recording of ada@example.com in recorded-0' }));
    await waitFor(() => expect(saved).toEqual([`${id(34)}.cast`]));
    expect(gateway.calls('getRecording').map(({ params }) => params['session'])).toEqual([id(34)]);
    expect(of.queryByRole('button', { name: /^End/ })).toBeNull();
  });

  it('ends a running session after a question, and says it if that fails', async () => {
    let ended = true;
    gateway.answer('endSession', () => {
      if (ended)
        throw new Refusal(409, { code: 'conflict', message: 'This session has already ended.', requestId: '' });
      return undefined;
    });
    const { user } = open();
    const name = 'End the session of ada@example.com in web-0';
    await user.click(await within(await row('web-0')).findByRole('button', { name }));
    const dialog = await screen.findByRole('dialog', { name: 'End the session in web-0?' });
    expect(gateway.calls('endSession')).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'End session' }));
    await within(dialog).findByText('This session has already ended.');
    ended = false;
    await user.click(within(dialog).getByRole('button', { name: 'End session' }));
    await screen.findByText('The session in web-0 was told to end.');
    expect(gateway.calls('endSession').map(({ params }) => params['session'])).toEqual([id(31), id(31)]);
    expect(within(await row('db-0')).queryByRole('button', { name: /^End/ })).toBeNull();
  });

  it.each(['member', 'auditor'] as const)('offers a %s no ending of sessions', async (role) => {
    gateway.answer('getMe', () => ({
      ...me,
      organizations: me.organizations.map((organization) => ({ ...organization, role })),
    }));
    const recording = { durationMs: 9_000, sizeBytes: 800, isComplete: true, missingBytes: 0 };
    const recorded = session({ id: id(34), pod: 'recorded-0', recording });
    gateway.answer('listSessions', () => ({ items: [recorded, ...sessions], nextCursor: null }));
    open();
    // The actions of all rows are there when this one is.
    await screen.findByRole('button', { name: /^Save the recording/ });
    const running = await row('web-0');
    expect(within(running).queryByRole('button', { name: /^End/ })).toBeNull();
  });

  it('has a hint if there are no sessions', async () => {
    gateway.answer('listSessions', () => ({ items: [], nextCursor: null }));
    open();
    await screen.findByText('No sessions yet');
    expect(screen.queryByRole('button', { name: 'Clear the filter' })).toBeNull();
  });

  it('shows an error, and retries on request', async () => {
    let refuse = true;
    const error = { code: 'forbidden', message: 'Only admins see sessions.', requestId: 'r' } as const;
    gateway.answer('listSessions', () => {
      if (refuse) throw new Refusal(403, error);
      return { items: [...sessions], nextCursor: null };
    });
    const { user } = open();
    await screen.findByText('Only admins see sessions.');
    refuse = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await row('web-0');
  });
});
