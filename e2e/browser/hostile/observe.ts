import type { BrowserContext, Page } from 'playwright-core';
import { canary } from './attacks.ts';

/** Browser activity that none of our pages causes. */
export interface Observations {
  /** Attacks that ran, by the name they reported. */
  ran: string[];
  /** `directive blocked-url`: something tried to run or to load, and only the Content-Security-Policy prevented it. */
  violations: string[];
  /** Requests to other origins, and unexpected dialogs, windows and documents. */
  surprises: string[];
  /** Forgets all of them. */
  clear(): void;
}

/** Observes a context from now on; call it before opening the pages to observe. */
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
    // Violations by workers and service workers cause no event in the document.
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
