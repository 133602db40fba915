// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { Refusal, TestGateway } from '../../test/test-gateway.ts';
import { AccountLinkPage } from './account-link-page.tsx';
import { rememberNext } from './provider-next.ts';

const gateway = new TestGateway();
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
const { location } = window;
afterEach(() => vi.stubGlobal('location', location));
beforeEach(() => {
  window.sessionStorage.clear();
  gateway.forget();
  gateway.answer('getMe', () => me);
  gateway.answer('completeOidc', () => me);
});
const open = (path: string) => renderPage(<AccountLinkPage />, { gateway, path });
const refused = (message: string) => new Refusal(401, { code: 'invalid-credentials', message, requestId: 'r' });

describe('the page to which a provider returns', { timeout: 60_000 }, () => {
  it('hands over what came once, and leaves nothing of it in the address', async () => {
    const { address } = open('/account/provider?code=a%20b&state=s&iss=https%3A%2F%2Fidp.example');
    await waitFor(() => expect(address()).toBe(`/${me.organizations[0]?.slug}`));
    expect(gateway.calls('completeOidc').map(({ body }) => body)).toEqual([
      { response: 'code=a%20b&state=s&iss=https%3A%2F%2Fidp.example' },
    ]);
    expect(window.location.search).toBe('');
  });

  it('goes on to the page that was asked for, once', async () => {
    rememberNext('/acme/clusters/demo?ns=shop');
    const { address } = open('/account/provider?code=a');
    await waitFor(() => expect(address()).toBe('/acme/clusters/demo?ns=shop'));
    expect(window.sessionStorage.getItem('postern.next')).toBeNull();
  });

  it('goes to no other origin', () => {
    for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', '/api/v1/auth/me']) {
      rememberNext(next);
      expect(window.sessionStorage.getItem('postern.next')).toBeNull();
    }
  });

  it('shows why it was refused, and how to start again', async () => {
    gateway.answer('completeOidc', () => {
      throw refused('The provider refused the sign-in.');
    });
    open('/account/provider?error=access_denied');
    expect((await screen.findByRole('alert')).textContent).toBe('The provider refused the sign-in.');
    expect(screen.getByRole('link', { name: 'Start again' }).getAttribute('href')).toBe('/account/organization');
  });

  it('says so when it was opened by hand', async () => {
    open('/account/provider');
    expect((await screen.findByRole('alert')).textContent).toBe('Nothing came from a provider. Start again.');
    expect(gateway.calls('completeOidc')).toEqual([]);
  });
});

describe('signing in with an organization', { timeout: 60_000 }, () => {
  it('goes to the provider of the organization that was entered', async () => {
    gateway.answer('startOidc', () => ({ url: 'https://idp.example/authorize?state=s' }));
    const { user } = open('/account/organization?organization=acme&next=%2Facme%2Frequests');
    const button = await screen.findByRole('button', { name: 'Continue' });
    const assign = vi.fn();
    vi.stubGlobal('location', { ...window.location, assign });
    await user.click(button);
    await waitFor(() => expect(assign).toHaveBeenCalledWith('https://idp.example/authorize?state=s'));
    expect(gateway.calls('startOidc')[0]?.body).toEqual({ organization: 'acme' });
    expect(window.sessionStorage.getItem('postern.next')).toBe('/acme/requests');
  });

  it('asks for a name, and shows that there is no such organization', async () => {
    gateway.answer('startOidc', () => {
      throw new Refusal(404, { code: 'not-found', message: 'There is no such organization.', requestId: 'r' });
    });
    const { user } = open('/account/organization');
    await user.click(await screen.findByRole('button', { name: 'Continue' }));
    expect(await screen.findByText('Enter the name in your organization’s URLs')).toBeTruthy();
    await user.type(screen.getByLabelText('Organization'), 'Nobody');
    await user.click(screen.getByRole('button', { name: 'Continue' }));
    expect(await screen.findByText('There is no such organization.')).toBeTruthy();
    expect(gateway.calls('startOidc')[0]?.body).toEqual({ organization: 'nobody' });
  });
});
