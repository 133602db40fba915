// @vitest-environment jsdom
import type { AccessRequest, Binding, Role } from '@postern/contracts';
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessRequest, binding, cluster, id, me } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { Refusal, TestGateway } from '../../test/test-gateway.ts';
import { AccessPage } from './access-page.tsx';
import { NewRequestPage } from './new-request-page.tsx';
import { RequestsPage } from './requests-page.tsx';

const gateway = new TestGateway();
let bindings: Binding[];
let requests: AccessRequest[];
let role: Role;
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
beforeEach(() => {
  bindings = [binding()];
  requests = [accessRequest()];
  role = 'owner';
  gateway.forget();
  gateway.answer('getMe', () => ({ ...me, organizations: [{ id: id(2), name: 'Acme', slug: 'acme', role }] }));
  gateway.answer('listClusters', () => ({
    items: [cluster({ id: id(10), name: 'shop' }), cluster({ id: id(11), name: 'till' })],
  }));
  gateway.answer('listAccess', () => ({ items: bindings }));
  gateway.answer('listAccessRequests', () => ({ items: requests }));
});

const row = (name: string) => screen.findByRole('row', { name: new RegExp(name) });

describe('the page of access', { timeout: 60_000 }, () => {
  const open = () => renderPage(<AccessPage />, { gateway, path: '/acme/access' });

  it('says who reaches what, where, until when and why', async () => {
    bindings = [
      binding({ reason: 'release', namespaces: ['cart', 'till'], expiresAt: '2099-01-01T12:00:00.000Z' }),
      binding({
        id: id(41),
        subject: { kind: 'team', id: id(4), name: 'sre' },
        cluster: null,
        selector: { stage: 'production' },
        level: 'admin',
        groups: ['on-call'],
      }),
      binding({ id: id(42), subject: { kind: 'service-account', id: id(5), name: 'ci' }, cluster: null, selector: {} }),
    ];
    open();
    expectWords(await row('bob@example.com'), 'shop', 'editor', 'in cart, till', 'in', 'release, by ada@example.com');
    expectWords(await row('sre'), 'Team', 'stage=production', 'admin', 'on-call', 'everywhere', 'no end');
    expectWords(await row('ci'), 'Service account', 'every cluster');
  });

  it('gives access, with errors at their fields', async () => {
    let refuse = true;
    gateway.answer('grantAccess', ({ body }) => {
      if (refuse) {
        const fields = [{ path: 'namespaces.0', message: 'Not a namespace' }];
        throw new Refusal(400, { code: 'invalid-request', message: 'Not valid.', fields, requestId: 'r' });
      }
      const made = binding({ id: id(43), subject: { kind: 'team', id: id(4), name: (body as { team: string }).team } });
      bindings = [...bindings, made];
      return made;
    });
    const { user } = open();
    await row('bob@example.com');
    await user.click(screen.getByRole('button', { name: 'Give access' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Give access to a cluster' }));
    const send = () => user.click(dialog.getByRole('button', { name: 'Give access' }));
    await send();
    await dialog.findByText('Say who gets access');
    await user.selectOptions(dialog.getByLabelText('For'), 'A team');
    await user.type(dialog.getByLabelText('Who'), 'sre');
    await user.selectOptions(dialog.getByLabelText('Cluster'), 'till');
    await user.selectOptions(dialog.getByLabelText('Level'), 'editor');
    await user.type(dialog.getByLabelText('Namespaces'), 'No!, cart');
    await user.selectOptions(dialog.getByLabelText('For how long'), '1 hour');
    await send();
    await dialog.findByText('Not a namespace');
    refuse = false;
    await send();
    await row('sre');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(gateway.calls('grantAccess').at(-1)?.body).toEqual({
      team: 'sre',
      cluster: 'till',
      level: 'editor',
      namespaces: ['No!', 'cart'],
      reason: '',
      expiresInSeconds: 3_600,
    });
  });

  it('revokes after a question', async () => {
    gateway.answer('revokeAccess', () => undefined);
    const { user } = open();
    const shown = await row('bob@example.com');
    await user.click(within(shown).getByRole('button', { name: 'Revoke the access of bob@example.com' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Revoke the access of bob@example.com?' }));
    await user.click(dialog.getByRole('button', { name: 'Revoke access' }));
    await screen.findByText('The access of bob@example.com is revoked.');
    await screen.findByText('Nothing was given yet');
    expect(gateway.calls('revokeAccess').map(({ params }) => params['binding'])).toEqual([id(40)]);
  });

  it('of a member shows their own, without buttons', async () => {
    role = 'member';
    open();
    await row('bob@example.com');
    expect(screen.queryByRole('button', { name: /access/i })).toBeNull();
  });
});

describe('the page of requests', { timeout: 60_000 }, () => {
  const open = () => renderPage(<RequestsPage />, { gateway, path: '/acme/requests' });

  it('approves and denies, and shows the outcome', async () => {
    requests = [
      accessRequest(),
      accessRequest({ id: id(51), account: { kind: 'user', id: id(6), name: 'eve@example.com' } }),
    ];
    const decidedBy = { kind: 'user' as const, id: id(1), name: 'ada@example.com' };
    gateway.answer('approveAccessRequest', () =>
      accessRequest({ status: 'approved', decidedBy, accessExpiresAt: '2099-01-01T12:00:00.000Z' }),
    );
    gateway.answer('denyAccessRequest', () => ({
      ...(requests[1] as AccessRequest),
      status: 'denied' as const,
      decidedBy,
      note: 'no',
    }));
    const { user } = open();
    expectWords(await row('bob@example.com'), 'shop', 'editor', 'in cart', 'INC-7', 'pending');
    await user.click(screen.getByRole('button', { name: 'Approve the request of bob@example.com' }));
    await screen.findByText('The request is approved; the access has begun.');
    expectWords(await row('bob@example.com'), 'approved', 'by ada@example.com', 'ends');
    await user.click(screen.getByRole('button', { name: 'Deny the request of eve@example.com' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Deny the request of eve@example.com?' }));
    await user.click(dialog.getByRole('button', { name: 'Deny request' }));
    await waitFor(async () => expectWords(await row('eve@example.com'), 'denied', 'no'));
  });

  it('shows why a decision failed, and the newest state', async () => {
    gateway.answer('approveAccessRequest', () => {
      requests = [accessRequest({ status: 'cancelled' })];
      throw new Refusal(409, { code: 'conflict', message: 'This request is cancelled already.', requestId: 'r' });
    });
    const { user } = open();
    await row('bob@example.com');
    await user.click(screen.getByRole('button', { name: 'Approve the request of bob@example.com' }));
    await screen.findByText('This request is cancelled already.');
    await waitFor(async () => expectWords(await row('bob@example.com'), 'cancelled'));
  });

  it('lets people take back their own, which nobody else can', async () => {
    role = 'member';
    requests = [accessRequest({ account: { kind: 'user', id: id(1), name: 'ada@example.com' } })];
    gateway.answer('cancelAccessRequest', () => ({ ...(requests[0] as AccessRequest), status: 'cancelled' as const }));
    const { user } = open();
    await row('ada@example.com');
    expect(screen.queryByRole('button', { name: /Approve|Deny/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Take back' }));
    await screen.findByText('The request is taken back.');
  });

  it('counts in the sidebar what waits for this person’s decision', async () => {
    requests = [
      accessRequest(),
      accessRequest({ id: id(51), account: { kind: 'user', id: id(1), name: 'ada@example.com' } }),
      accessRequest({ id: id(52), status: 'denied' }),
    ];
    open();
    const [link] = await screen.findAllByRole('link', { name: 'Requests 1 to decide on' });
    expect(link?.getAttribute('href')).toBe('/acme/requests');
  });

  it('explains itself when there are none', async () => {
    requests = [];
    open();
    await screen.findByText('No requests');
  });
});

describe('the page that requests access', { timeout: 60_000 }, () => {
  it('is filled in from the address in the gateway’s refusal, and sends the request', async () => {
    gateway.answer('requestAccess', () => accessRequest());
    const path = '/acme/requests/new?cluster=till&level=editor&namespace=cart';
    const { user, address } = renderPage(<NewRequestPage />, { gateway, path });
    const cluster = await screen.findByLabelText<HTMLSelectElement>('Cluster');
    await screen.findByRole('option', { name: 'shop' });
    expect(cluster.isConnected ? cluster.value : screen.getByLabelText<HTMLSelectElement>('Cluster').value).toBe(
      'till',
    );
    expect(screen.getByLabelText<HTMLSelectElement>('Level').value).toBe('editor');
    expect(screen.getByLabelText<HTMLInputElement>('Namespaces').value).toBe('cart');
    await user.click(screen.getByRole('button', { name: 'Send request' }));
    await screen.findByText('Say what you need it for');
    await user.type(screen.getByLabelText('Reason'), 'INC-7');
    await user.selectOptions(screen.getByLabelText('For how long'), '30 minutes');
    await user.click(screen.getByRole('button', { name: 'Send request' }));
    await waitFor(() => expect(address()).toBe('/acme/requests'));
    expect(gateway.calls('requestAccess')[0]?.body).toEqual({
      cluster: 'till',
      level: 'editor',
      namespaces: ['cart'],
      reason: 'INC-7',
      durationSeconds: 1_800,
    });
  });

  it('takes access at once in an emergency, and says if that is not allowed', async () => {
    gateway.answer('requestAccess', () => {
      throw new Refusal(403, { code: 'forbidden', message: 'Not without an approval.', requestId: 'r' });
    });
    const { user } = renderPage(<NewRequestPage />, { gateway, path: '/acme/requests/new' });
    await user.type(await screen.findByLabelText('Reason'), 'INC-8');
    await user.click(screen.getByRole('checkbox'));
    await user.click(screen.getByRole('button', { name: 'Send request' }));
    await screen.findByText('Not without an approval.');
    expect(gateway.calls('requestAccess')[0]?.body).toMatchObject({ breakGlass: true, namespaces: [] });
  });
});
