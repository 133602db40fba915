import Bowser from 'bowser';

/** A browser and its operating system, as people name them: `Firefox on Linux`. From a `User-Agent`, which may say anything. */
export function deviceName(userAgent: string): string {
  const { browser, os } = Bowser.parse(userAgent === '' ? 'unknown' : userAgent);
  if (browser.name === undefined || browser.name === '') return 'Unknown browser';
  return os.name === undefined ? browser.name : `${browser.name} on ${os.name}`;
}
