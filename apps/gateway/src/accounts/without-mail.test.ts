import type { Role } from '@postern/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../test/browser.ts';
import { type GatewayHarness, type Person, password, startGatewayHarness } from '../test/gateway-harness.ts';

/** Without a mail server nothing is sent; whoever asks is told so, and administrators can make links. */
let harness: GatewayHarness;
let ada: Person;

beforeAll(async () => {
  harness = await startGatewayHarness();
  ada = await harness.signUp('ada');
});
afterAll(() => harness.stop());

let people = 0;

/** A person who is a member of Ada's organization, and of one of their own unless they left it. */
async function member(role: Role, { hasOwn = false } = {}): Promise<Person> {
  people += 1;
  const person = await harness.signUp(`${role}-${people}`);
  if (!hasOwn) await harness.database.run(`DELETE FROM memberships WHERE user_id = '${person.userId}'`);
  await harness.database.run(
    `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${ada.organizationId}', '${person.userId}', '${role}')`,
  );
  return person;
}

/** A new token, with the memberships that the person has now. */
async function tokenOf({ email }: Person): Promise<string> {
  const body = { email, password, token: { name: 't', expiresInSeconds: 600 } };
  return (await harness.ask('POST', '/api/v1/auth/sign-in', { body })).json.token.secret;
}

const makeLink = async (by: Person, of: Person) =>
  harness.ask('POST', `/api/v1/organizations/ada/members/${of.userId}/password-reset`, { token: await tokenOf(by) });

it.each([
  ['/auth/password-reset', { email: 'ada@example.com' }],
  ['/auth/password-reset', { email: 'nobody@example.com' }],
  ['/account/email', { email: 'new@example.com' }],
  ['/account/email-verification', undefined],
])('%s %j says that no e-mail is sent', async (path, body) => {
  const token = path.startsWith('/auth') ? undefined : await tokenOf(ada);
  const reply = await harness.ask('POST', `/api/v1${path}`, { body, token });
  expect(reply).toMatchObject({ status: 409, json: { error: { code: 'email-not-configured' } } });
});

describe('a link to choose a new password', () => {
  it('made by an owner works once, is not stored, and ends what the member had', async () => {
    const bob = await member('member');
    const made = await makeLink(ada, bob);
    expect(made.status).toBe(201);
    const [, secret = ''] = /^https:\/\/[^#]+\/account\/reset-password#([\w-]{43})$/.exec(made.json.link) ?? [];
    expect(Date.parse(made.json.expiresAt) - Date.now()).toBeLessThanOrEqual(30 * 60_000);
    const browser = openBrowser(harness);
    const reset = () => browser.post('/auth/password', { secret, password: 'a fresh new password' });
    expect([(await reset()).status, (await reset()).status]).toEqual([204, 410]);
    expect((await harness.ask('GET', '/api/v1/auth/me', { token: bob.token })).status).toBe(401);
    const signIn = await browser.post('/auth/sign-in', { email: bob.email, password: 'a fresh new password' });
    expect(signIn.status).toBe(200);
  });

  it.each<[Role, Role, number]>([
    ['owner', 'owner', 201],
    ['owner', 'admin', 201],
    ['admin', 'admin', 201],
    ['admin', 'member', 201],
    ['admin', 'owner', 403],
    ['auditor', 'member', 403],
    ['member', 'member', 403],
  ])('is given by an %s for an %s: %i', async (by, of, status) => {
    expect((await makeLink(await member(by), await member(of))).status).toBe(status);
  });

  it('is refused for somebody with an organization over which the maker has no power', async () => {
    const eve = await member('member', { hasOwn: true });
    const reply = await makeLink(ada, eve);
    expect(reply).toMatchObject({ status: 403, json: { error: { code: 'forbidden' } } });
    expect(reply.text).not.toContain('#');
  });

  it('is not found for somebody who is not a member', async () => {
    const stranger = await harness.signUp('stranger');
    expect((await makeLink(ada, stranger)).status).toBe(404);
  });

  it('needs a fresh proof', async () => {
    const bob = await member('member');
    const token = await tokenOf(ada);
    await harness.database.run(`UPDATE api_tokens SET proved_at = now() - interval '301 seconds'`);
    const path = `/api/v1/organizations/ada/members/${bob.userId}/password-reset`;
    expect((await harness.ask('POST', path, { token })).json.error.code).toBe('step-up-required');
    expect((await harness.ask('POST', '/api/v1/account/step-up', { token, body: { password: 'guess' } })).status).toBe(
      400,
    );
    expect((await harness.ask('POST', '/api/v1/account/step-up', { token, body: { password } })).status).toBe(204);
    expect((await harness.ask('POST', path, { token })).status).toBe(201);
  });
});
