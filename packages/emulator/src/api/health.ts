import { type Exchange, sendText } from './exchange.ts';

/** The checks of a real apiserver that are meaningful here. */
const checks = [
  'ping',
  'log',
  'etcd',
  'informer-sync',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/bootstrap-controller',
  'poststarthook/apiservice-discovery-controller',
];

const endpoints = new Set(['healthz', 'livez', 'readyz']);

/** Serves `/healthz`, `/livez` and `/readyz`, with `?verbose` and single checks. @returns false for any other path. */
export function health(exchange: Exchange): boolean {
  const [endpoint = '', ...rest] = exchange.path.slice(1).split('/');
  if (!endpoints.has(endpoint)) return false;
  const check = rest.join('/');
  if (check !== '' && !checks.includes(check)) sendText(exchange, 404, '404 page not found\n');
  else if (check === '' && exchange.query.has('verbose')) {
    const lines = checks.map((name) => `[+]${name} ok\n`);
    sendText(exchange, 200, `${lines.join('')}${endpoint} check passed\n`);
  } else sendText(exchange, 200, 'ok');
  return true;
}

export const version = {
  major: '1',
  minor: '33',
  gitVersion: 'v1.33.4+postern-demo',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
};
