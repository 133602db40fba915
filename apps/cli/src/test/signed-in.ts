import type { FakeGateway } from './gateway.ts';
import { type Shell, shell } from './shell.ts';

export const id = '0195f000-0000-7000-8000-000000000001';
export const later = '2027-02-19T12:00:00.000Z';
export const organizations = [{ id, name: 'Acme, Inc.', slug: 'acme', role: 'owner' }];
export const user = { id, email: 'a@example.com', createdAt: '2026-11-21T12:00:00.000Z' };
export const signedIn = { user, organizations, token: { id, secret: 'postern_secret', expiresAt: later } };
/** A shell that is signed in to the gateway; the calls for this are not kept. */
export async function signedInShell(gateway: FakeGateway): Promise<Shell> {
  gateway.answers.signIn = () => [200, signedIn];
  const terminal = shell(gateway.certificate);
  const args = `login --url ${gateway.url} --ca-file ${terminal.caFile} --email a@example.com --password-stdin`;
  const { code, err } = await terminal.run(args, { input: 'long enough\n' });
  if (code !== 0) throw new Error(err);
  gateway.calls.length = 0;
  return terminal;
}
