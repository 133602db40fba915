import './browser.ts';
import { cleanup, configure, render } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { PathnameContext } from 'next/dist/shared/lib/hooks-client-context.shared-runtime.js';
import type { ReactNode } from 'react';
import { afterEach } from 'vitest';
import { Router } from '#features/router/router.tsx';
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

/** Renders parts of a page with the application's providers, but without its frame and so without a connection. */
export function renderParts(parts: ReactNode): void {
  render(
    <PathnameContext value={window.location.pathname}>
      <Router>
        <Providers>{parts}</Providers>
      </Router>
    </PathnameContext>,
  );
}

/** Renders a page with the application's frame and providers, at a path of the gateway. */
export function renderPage(page: ReactNode, at: { gateway: TestGateway; path: string }): RenderedPage {
  globalThis.jsdom.reconfigure({ url: at.gateway.origin + at.path });
  render(
    <PathnameContext value={window.location.pathname}>
      <Router>
        <Providers>
          <Frame>{page}</Frame>
        </Providers>
      </Router>
    </PathnameContext>,
  );
  return { user: userEvent.setup(), address: () => window.location.pathname + window.location.search };
}
