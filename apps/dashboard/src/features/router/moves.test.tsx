// @vitest-environment jsdom
import '../../test/browser.ts';
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { PathnameContext } from 'next/dist/shared/lib/hooks-client-context.shared-runtime.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { moveTo, navigate, replaceQuery } from './address-bar.ts';
import { Link } from './link.tsx';
import { Router } from './router.tsx';
import { usePathname, useSearchParams } from './use-address.ts';

function Here() {
  return (
    <main id="main" tabIndex={-1}>
      <p>
        at {usePathname()} for {useSearchParams().get('q') ?? 'nothing'}
      </p>
      <Link href="/acme/tokens">Tokens</Link>
      <Link href="/acme/tokens" target="_blank">
        Tokens apart
      </Link>
      <Link href="https://elsewhere.example/acme">Elsewhere</Link>
      <Link href="/acme/nothing">Nothing</Link>
      <Link href="/acme/clusters/demo/r/pods/shop">Pods of shop</Link>
    </main>
  );
}

beforeEach(() => {
  globalThis.jsdom.reconfigure({ url: 'https://postern.example/acme?q=a' });
  render(
    <PathnameContext value="/acme">
      <Router>
        <Here />
      </Router>
    </PathnameContext>,
  );
});
afterEach(cleanup);

/** Clicks a link. @returns whether the browser was left to follow it. */
async function follow(name: string, held = ''): Promise<boolean> {
  let left = false;
  // Bubbles up from React's root; jsdom cannot load documents.
  const watch = (event: Event) => {
    left = !event.defaultPrevented;
    event.preventDefault();
  };
  window.addEventListener('click', watch);
  const user = userEvent.setup();
  if (held !== '') await user.keyboard(`{${held}>}`);
  await user.click(screen.getByRole('link', { name }));
  if (held !== '') await user.keyboard(`{/${held}}`);
  window.removeEventListener('click', watch);
  return left;
}

describe('a link', () => {
  it('opens a page in place, with its title, the focus, and words for screen readers', async () => {
    expect(await follow('Tokens')).toBe(false);
    await screen.findByText('at /acme/tokens for nothing');
    expect(document.title).toBe('API tokens · Postern');
    expect(screen.getByRole('status').textContent).toBe('API tokens · Postern');
    expect(document.querySelector('main')?.contains(document.activeElement)).toBe(true);
  });

  it('follows the redirects of shortened URLs', async () => {
    expect(await follow('Pods of shop')).toBe(false);
    expect(window.location.pathname + window.location.search).toBe('/acme/clusters/demo/r/pods?ns=shop');
  });

  it.each([['Control'], ['Meta'], ['Shift'], ['Alt']])('is left to the browser with %s held', async (key) => {
    expect(await follow('Tokens', key)).toBe(true);
    expect(window.location.pathname).toBe('/acme');
  });

  it.each([['Tokens apart'], ['Elsewhere'], ['Nothing']])('“%s” is left to the browser', async (name) => {
    expect(await follow(name)).toBe(true);
    expect(window.location.pathname).toBe('/acme');
  });
});

describe('the address', () => {
  it('gets an entry in the history for each page, but none for the page that is shown', () => {
    const push = vi.spyOn(History.prototype, 'pushState');
    act(() => navigate('/acme/tokens'));
    act(() => navigate('/acme/tokens'));
    act(() => navigate('/acme/sessions', { replace: true }));
    expect(push).toHaveBeenCalledTimes(1);
    push.mockRestore();
  });

  it('shows what is set in the query, in the same entry', async () => {
    const { length } = window.history;
    act(() => replaceQuery({ q: 'b', ns: 'shop,default' }));
    await screen.findByText('at /acme for b');
    act(() => replaceQuery({ q: '' }));
    await screen.findByText('at /acme for nothing');
    expect(window.location.search).toBe('?ns=shop%2Cdefault');
    expect(window.history.length).toBe(length);
  });

  it('never reaches Next, which would load the page from its server, when the person goes back', async () => {
    const next = vi.fn();
    window.addEventListener('popstate', next);
    expect(moveTo('/acme/tokens')).toBe(true);
    act(() => window.history.back());
    await screen.findByText('at /acme for a');
    expect(next).not.toHaveBeenCalled();
    window.removeEventListener('popstate', next);
  });
});
