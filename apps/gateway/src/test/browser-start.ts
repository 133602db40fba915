import type { BrowserSessionStart } from '../identity/browser-sessions.ts';

/** How a browser session begins in tests that are about something else. */
export const fromABrowser: BrowserSessionStart = {
  address: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  hasSecondFactor: false,
};
