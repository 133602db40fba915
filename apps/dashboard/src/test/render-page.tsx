import './browser.ts';
import { cleanup, configure, render } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { AppRouterContext, type AppRouterInstance } from 'next/dist/shared/lib/app-router-context.shared-runtime.js';
import {
  PathnameContext,
  PathParamsContext,
  SearchParamsContext,
} from 'next/dist/shared/lib/hooks-client-context.shared-runtime.js';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { afterEach } from 'vitest';
import { locationOf } from '#features/address/location.ts';
import { Frame } from '#features/shell/frame.tsx';
import { Providers } from '#features/shell/providers.tsx';
import type { TestGateway } from './test-gateway.ts';

// Patient, for loaded machines. A failure shows the page's text instead of its markup.
configure({
  asyncUtilTimeout: 30_000,
  getElementError: (message) => new Error(`${message ?? ''}\n\nThe page reads:\n${textOfPage()}`),
});
afterEach(cleanup);

function textOfPage(): string {
  const page = document.body.cloneNode(true) as HTMLElement;
  for (const style of page.querySelectorAll('style, .xterm-char-measure-element')) style.remove();
  return page.textContent ?? '';
}

export interface RenderedPage {
  user: UserEvent;
  /** The current path and query. */
  address: () => string;
}

/** Renders a page with the application's frame and providers, at a path of the gateway. */
export function renderPage(page: ReactNode, at: { gateway: TestGateway; path: string }): RenderedPage {
  globalThis.jsdom.reconfigure({ url: at.gateway.origin + at.path });
  render(
    <Address>
      <Providers>
        <Frame>{page}</Frame>
      </Providers>
    </Address>,
  );
  return { user: userEvent.setup(), address: () => window.location.pathname + window.location.search };
}

/** Provides the contexts of Next's navigation hooks; like Next, it notices `history.pushState` and `replaceState`. */
function Address({ children }: { children: ReactNode }) {
  const [url, setUrl] = useState(() => new URL(window.location.href));
  useEffect(() => {
    const { history } = window;
    const { pushState, replaceState } = history;
    const noticing =
      (change: History['pushState']): History['pushState'] =>
      (...args) => {
        change.apply(history, args);
        setUrl(new URL(window.location.href));
      };
    history.pushState = noticing(pushState);
    history.replaceState = noticing(replaceState);
    return () => {
      history.pushState = pushState;
      history.replaceState = replaceState;
    };
  }, []);
  const router = useMemo<AppRouterInstance>(
    () => ({
      push: (path) => window.history.pushState(null, '', path),
      replace: (path) => window.history.replaceState(null, '', path),
      back: () => window.history.back(),
      forward: () => window.history.forward(),
      refresh: () => undefined,
      prefetch: () => undefined,
      bfcacheId: 'test',
    }),
    [],
  );
  const { organization, cluster, resource, namespace, object } = locationOf(url.pathname);
  const params = useMemo(
    () =>
      Object.fromEntries(
        Object.entries({ organization, cluster, resource, namespace, name: object }).filter(
          (pair): pair is [string, string] => pair[1] !== undefined,
        ),
      ),
    [organization, cluster, resource, namespace, object],
  );
  return (
    <AppRouterContext.Provider value={router}>
      <PathnameContext.Provider value={url.pathname}>
        <SearchParamsContext.Provider value={url.searchParams}>
          <PathParamsContext.Provider value={params}>{children}</PathParamsContext.Provider>
        </SearchParamsContext.Provider>
      </PathnameContext.Provider>
    </AppRouterContext.Provider>
  );
}
