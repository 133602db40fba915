import { expect, it } from 'vitest';
import { comesFromElsewhere, refusesCrossSite, refusesDestination } from './browser-request.ts';

const ours = 'https://postern.example.com';

it.each<[string, Record<string, string>, boolean]>([
  ['POST', { origin: ours }, false],
  ['POST', { 'sec-fetch-site': 'same-origin' }, false],
  ['POST', { origin: ours, 'sec-fetch-site': 'cross-site' }, false],
  ['POST', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }, true],
  ['POST', { origin: 'null', 'sec-fetch-site': 'same-origin' }, true],
  ['POST', { origin: `${ours}.evil.example` }, true],
  ['POST', { origin: `${ours}:8443` }, true],
  ['POST', { origin: ours.toUpperCase() }, true],
  ['POST', { origin: `${ours}/` }, true],
  ['POST', { 'sec-fetch-site': 'same-site' }, true],
  ['POST', { 'sec-fetch-site': 'none' }, true],
  ['POST', { referer: `${ours}/x` }, true],
  ['POST', {}, true],
  ['DELETE', {}, true],
  ['get', {}, true],
  ['GET', {}, false],
  ['HEAD', { origin: 'https://evil.example' }, false],
  ['GET', { upgrade: 'websocket' }, true],
  ['GET', { upgrade: 'SPDY/3.1', origin: 'https://evil.example' }, true],
  ['GET', { upgrade: 'websocket', origin: ours }, false],
])('%s with %j and a cookie is refused: %s', (method, headers, expected) => {
  expect(refusesCrossSite({ method, headers }, ours)).toBe(expected);
});

it.each<[string, Record<string, string>, boolean]>([
  ['POST', {}, false],
  ['POST', { origin: ours, 'sec-fetch-site': 'same-origin' }, false],
  ['POST', { 'sec-fetch-site': 'none' }, false],
  ['POST', { origin: 'null' }, true],
  ['POST', { origin: 'https://evil.example' }, true],
  ['POST', { origin: ours, 'sec-fetch-site': 'cross-site' }, true],
  ['GET', { 'sec-fetch-site': 'cross-site' }, false],
])('%s with %j and no cookie comes from elsewhere: %s', (method, headers, expected) => {
  expect(comesFromElsewhere({ method, headers }, ours)).toBe(expected);
});

it.each<[string | undefined, boolean]>([
  [undefined, false],
  ['empty', false],
  ['document', false],
  ['websocket', false],
  ['script', true],
  ['worker', true],
  ['style', true],
  ['iframe', true],
  ['image', true],
  ['', true],
])('a request for the destination %j is refused: %s', (destination, expected) => {
  expect(refusesDestination({ headers: destination === undefined ? {} : { 'sec-fetch-dest': destination } })).toBe(
    expected,
  );
});
