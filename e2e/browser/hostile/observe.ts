import type { BrowserContext, Page } from 'playwright-core';
import { canary } from './attacks.ts';

/** What a browser did that no page of ours does. */
export interface Observations {
  /** Attacks that ran, by the name they gave. */
  ran: string[];
  /** `directive blocked-address`: something asked to run or to load, and only the Content-Security-Policy was in its way. */
  violations: string[];
  /** Requests to other origins, dialogs, windows and documents that nobody asked for. */
  surprises: string[];
  /** Forgets what was seen. */
  clear(): void;
}

/** Watches everything in a context from now on; must be called before its pages are opened. */
export async function observe(context: BrowserContext, origin: string): Promise<Observations> {
  const seen: Observations = {
    ran: [],
    violations: [],
    surprises: [],
    clear: () => {
      for (const list of [seen.ran, seen.violations, seen.surprises]) list.length = 0;
    },
  };
  await context.exposeBinding(canary, (_source, from: string) => void seen.ran.push(String(from)));
  await context.exposeBinding('reportViolation', (_source, what: string) => void seen.violations.push(what));
  await context.addInitScript(`document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    reportViolation(effectiveDirective + ' ' + blockedURI));`);
  context.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (!['blob:', 'data:'].includes(protocol) && asked !== origin) seen.surprises.push(`request to ${request.url()}`);
  });
  let pages = 0;
  context.on('page', (page) => {
    if (++pages > 1) seen.surprises.push(`window ${page.url()}`);
    // Of workers, and of service workers, there is no event in the document.
    page.on('console', (message) => {
      const found = /violates the following Content Security Policy directive: "([\w-]+)/.exec(message.text());
      if (found?.[1] !== undefined) seen.violations.push(`${found[1]} ${message.text().slice(0, 100)}`);
    });
    page.on('dialog', (dialog) => {
      seen.surprises.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('framenavigated', (frame) => {
      const url = frame.url();
      if (url === 'about:blank' && frame === page.mainFrame()) return;
      if (frame !== page.mainFrame() || new URL(url).origin !== origin) seen.surprises.push(`document ${url}`);
      else if (new URL(url).pathname.startsWith('/k8s/')) seen.surprises.push(`page of the cluster ${url}`);
    });
  });
  return seen;
}

/** Elements of a page that would run, load or lead to something that is not ours. */
export async function foreignElements(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(inspect);
}

const inspect = `(() => {
  const addresses = ['href', 'xlink:href', 'src', 'action', 'formaction', 'srcset', 'ping', 'data', 'poster'];
  const found = [];
  for (const element of document.querySelectorAll('*')) {
    const say = (why) => found.push(why + ': ' + element.outerHTML.slice(0, 200));
    if (['iframe', 'frame', 'object', 'embed', 'base', 'applet'].includes(element.localName)) say('a document in the page');
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on')) say('an event handler');
      if (!addresses.includes(name)) continue;
      const address = new URL(value, document.baseURI);
      if (address.origin !== location.origin || address.pathname.startsWith('//')) say('an address elsewhere');
      else if (name === 'src' && address.pathname.startsWith('/k8s/')) say('a file of a cluster');
    }
  }
  return found;
})()`;
