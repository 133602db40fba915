import {
  claimsIdentity,
  type HeaderPairs,
  passRequestHeaders,
  passUpgradeRequestHeaders,
  type RequestInfo,
  streamSubresource,
  upgradeProtocol,
  upgradesOf,
} from '@postern/kube';
import { refusal } from '../access/refusal.ts';
import type { Principal } from '../identity/principal.ts';
import { strongTags } from './answer-coding.ts';

/** Sent instead of a browser's user agent, for which the apiserver would indent JSON, doubling its size. */
const browserUserAgent = 'postern-dashboard';

/**
 * Pass: filters the headers. Removes hop-by-hop headers (also those named by Connection), then applies an allow-list. Cookies
 * and credentials are never passed on.
 * @throws Refusal 403 if the client sends `Impersonate-*`.
 */
export function sanitise(headers: HeaderPairs, principal: Principal): HeaderPairs {
  refuseIdentity(headers);
  const passed = withUserAgent(passRequestHeaders(headers), principal);
  if (principal.credential.kind !== 'browser') return passed;
  return passed.map(([name, value]) => [name, name === 'if-none-match' ? strongTags(value) : value]);
}

/**
 * Pass: the same for an upgrade, which must be to a protocol that the apiserver allows for this request, and have no body.
 * @throws Refusal 400, 403, 405.
 */
export function sanitiseUpgrade(
  headers: HeaderPairs,
  principal: Principal,
  { method, info }: { method: string; info: RequestInfo },
): HeaderPairs {
  refuseIdentity(headers);
  const wanted = headers.filter(([name]) => name === 'upgrade');
  const protocol = wanted.length === 1 ? upgradeProtocol(wanted[0]?.[1]) : null;
  if (protocol === null) throw refusal(400, 'Only upgrades to WebSocket and SPDY/3.1 are supported.');
  const possible = upgradesOf(method, info);
  if (possible.length === 0 && streamSubresource(info) !== null) {
    throw refusal(405, 'A stream is opened with GET or POST.');
  }
  if (!possible.includes(protocol)) {
    throw refusal(
      400,
      'Exec, attach and portforward of a pod can be upgraded; watches and logs of a pod to WebSocket, with GET.',
    );
  }
  const announcesBody = headers.some(
    ([name, value]) => name === 'transfer-encoding' || (name === 'content-length' && value.trim() !== '0'),
  );
  if (announcesBody) throw refusal(400, 'A request to upgrade cannot have a body.');
  return [
    ...withUserAgent(passUpgradeRequestHeaders(headers), principal),
    ['connection', 'Upgrade'],
    ['upgrade', protocol],
  ];
}

function refuseIdentity(headers: HeaderPairs): void {
  if (claimsIdentity(headers)) {
    throw refusal(
      403,
      'Impersonation (--as, --as-group) is not available through Postern: you always act as yourself, at your own level.',
    );
  }
}

function withUserAgent(headers: HeaderPairs, principal: Principal): HeaderPairs {
  if (principal.credential.kind !== 'browser') return headers;
  return [...headers.filter(([name]) => name !== 'user-agent'), ['user-agent', browserUserAgent]];
}
