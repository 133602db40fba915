import { expect, it } from 'vitest';
import { securityHeaders } from './security-headers.ts';

const always = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'same-origin'],
];

it.each([
  'https://gateway.example.com',
  'https://gateway.example.com:8443',
  'https://gateway',
  'https://gateway7',
  'https://7.example.com',
  'https://localhost.example.com',
  'https://not-localhost',
  'https://gateway.local.example.com',
])('every response tells browsers to use HTTPS only at %s', (origin) => {
  expect(securityHeaders(origin)).toEqual([...always, ['strict-transport-security', 'max-age=31536000']]);
});

it.each([
  'http://gateway.example.com',
  'https://localhost',
  'https://localhost:8443',
  'https://localhost.',
  'https://postern.localhost',
  'https://gateway.local',
  'https://127.0.0.1',
  'https://10.0.0.7:8443',
  'https://[::1]:8443',
  'https://[2001:db8::7]',
])('no response tells browsers to use HTTPS only at %s', (origin) => {
  expect(securityHeaders(origin)).toEqual(always);
});
