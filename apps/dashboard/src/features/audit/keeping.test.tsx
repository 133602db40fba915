// @vitest-environment jsdom
import type { AuditWebhook, Role } from '@postern/contracts';
import { screen, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cluster, id, me } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestGateway } from '../../test/test-gateway.ts';
import { AuditPage } from './audit-page.tsx';

const AT = '2026-01-01T12:00:00.000Z';
const KEY = 'whsec_c2VjcmV0';
const gateway = new TestGateway();
let role: Role;
let webhooks: AuditWebhook[];
const webhook = (over: Partial<AuditWebhook> = {}): AuditWebhook => ({
  id: id(80),
  url: 'https://siem.example.com/in',
  createdAt: AT,
  deliveredSeq: 4,
  waiting: 0,
  lastDeliveredAt: AT,
  failingSince: null,
  lastError: null,
  nextAttemptAt: null,
  ...over,
});
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
beforeEach(() => {
  role = 'admin';
  webhooks = [webhook()];
  gateway.forget();
  gateway.answer('getMe', () => ({ ...me, organizations: [{ id: id(2), name: 'Acme', slug: 'acme', role }] }));
  gateway.answer('listClusters', () => ({ items: [cluster()] }));
  gateway.answer('listAuditWebhooks', () => ({ items: webhooks }));
  gateway.answer('getAuditSettings', () => ({ retentionDays: 365, clusters: [] }));
  gateway.answer('getRecordingSettings', () => ({ retentionDays: 90 }));
});
const open = () => renderPage(<AuditPage />, { gateway, path: '/acme/audit?tab=keeping' });
const row = (name: RegExp) => screen.findByRole('row', { name });

describe('retention and webhooks', { timeout: 60_000 }, () => {
  it('keep the trail for as long as they are told', async () => {
    gateway.answer('updateAuditSettings', ({ body }) => ({ ...(body as { retentionDays: number }), clusters: [] }));
    gateway.answer('updateRecordingSettings', ({ body }) => body as { retentionDays: number });
    const { user } = open();
    const days = await screen.findByLabelText<HTMLInputElement>('Retention of the trail, in days');
    expect(days.value).toBe('365');
    await user.clear(days);
    await user.type(days, '6{Enter}');
    await screen.findByText('A whole number from 7 to 3650');
    expect(gateway.calls('updateAuditSettings')).toHaveLength(0);
    await user.clear(days);
    await user.type(days, '30{Enter}');
    await screen.findByText('Retention of the trail is saved.');
    expect(gateway.calls('updateAuditSettings')[0]?.body).toEqual({ retentionDays: 30 });
    const recordings = screen.getByLabelText('Retention of recordings, in days');
    await user.clear(recordings);
    await user.type(recordings, '1{Enter}');
    await screen.findByText('Retention of recordings is saved.');
    expect(gateway.calls('updateRecordingSettings')[0]?.body).toEqual({ retentionDays: 1 });
  });

  it('show the signing key of a new webhook once', async () => {
    webhooks = [];
    gateway.answer('createAuditWebhook', ({ body }) => {
      const made = webhook({ url: (body as { url: string }).url });
      webhooks = [made];
      return { webhook: made, key: KEY };
    });
    const { user } = open();
    await screen.findByText('The trail is sent nowhere');
    await user.click(screen.getByRole('button', { name: 'Add webhook' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Add a webhook' }));
    await user.click(dialog.getByRole('button', { name: 'Add webhook' }));
    await dialog.findByText('Say where entries are sent');
    await user.type(dialog.getByLabelText('URL'), 'https://siem.example.com/in{Enter}');
    await screen.findByRole('dialog', { name: 'Copy the signing key now' });
    await user.click(screen.getByRole('button', { name: 'Show' }));
    await screen.findByText(KEY);
    await user.click(screen.getByRole('button', { name: 'Done' }));
    await row(/siem\.example\.com/);
    expect(screen.queryByText(KEY)).toBeNull();
  });

  it('say what fails and since when, test, and remove after a question', async () => {
    webhooks = [webhook({ waiting: 12, failingSince: AT, lastError: 'status 503', lastDeliveredAt: null })];
    gateway.answer('testAuditWebhook', () => ({ delivered: false, status: 503, error: null, durationMs: 20 }));
    gateway.answer('deleteAuditWebhook', () => undefined);
    const { user } = open();
    expectWords(await row(/siem/), 'failing', 'status 503', 'never', '12');
    await user.click(screen.getByRole('button', { name: 'Test https://siem.example.com/in' }));
    await screen.findByText('The test was not delivered: status 503.');
    await user.click(screen.getByRole('button', { name: 'Remove https://siem.example.com/in' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Remove the webhook?' }));
    await user.click(dialog.getByRole('button', { name: 'Remove webhook' }));
    await screen.findByText('The trail is sent nowhere');
    expect(gateway.calls('deleteAuditWebhook')[0]?.params['webhook']).toBe(id(80));
  });

  it('cannot be changed by an auditor', async () => {
    role = 'auditor';
    open();
    await row(/siem/);
    expect((await screen.findByLabelText<HTMLInputElement>('Retention of the trail, in days')).readOnly).toBe(true);
    expect(screen.queryByRole('button', { name: /Add|Remove|Test|Save/ })).toBeNull();
  });
});
