/** Headers of every response. Strict-Transport-Security only for real host names: on localhost it would affect every port. */
export function securityHeaders(publicOrigin: string): [name: string, value: string][] {
  const { protocol, hostname } = new URL(publicOrigin);
  const isLocal = /(^|\.)(localhost|local)\.?$|^[\d.]+$|:/.test(hostname);
  const headers: [string, string][] = [
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'same-origin'],
  ];
  if (protocol === 'https:' && !isLocal) headers.push(['strict-transport-security', 'max-age=31536000']);
  return headers;
}
