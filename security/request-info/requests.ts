import { mutateText } from '../fuzz/mutate.ts';
import type { Random } from '../fuzz/random.ts';
import type { Request } from './answer.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Each form of path that Kubernetes has, and those that only look like one. */
const forms = [
  ...['/', '/api', '/api/', '/apis', '/apis/', '/api/v1', '/api/v1/', '/apis/apps', '/apis/apps/', '/apis/apps/v1'],
  ...[
    '/apis/apps/v1/',
    '/version',
    '/healthz',
    '/livez/ping',
    '/readyz/etcd',
    '/openapi/v2',
    '/openapi/v3/apis/apps/v1',
  ],
  ...[
    '/metrics',
    '/logs/',
    '/debug/pprof/',
    '/.well-known/openid-configuration',
    '/API/v1/pods',
    '/apiss/v1/pods',
    '/apix',
  ],
  ...[
    '/api/v1/pods',
    '/api/v1/pods/',
    '/api/v1/nodes',
    '/api/v1/nodes/n',
    '/api/v1/nodes/n/proxy',
    '/api/v1/nodes/n/status',
  ],
  ...[
    '/api/v1/nodes/n/proxy/exec/a/p/c',
    '/api/v1/nodes/n:10250/proxy/',
    '/api/v1/proxy/nodes/n',
    '/api/v1/proxy/nodes/n/a',
  ],
  ...['/api/v1/namespaces', '/api/v1/namespaces/', '/api/v1/namespaces/a', '/api/v1/namespaces/a/'],
  ...['/api/v1/namespaces/a/status', '/api/v1/namespaces/a/finalize', '/api/v1/namespaces/a/status/x'],
  ...['/api/v1/namespaces/status', '/api/v1/namespaces/status/status', '/api/v1/namespaces/finalize/pods'],
  ...[
    '/api/v1/namespaces/a/pods',
    '/api/v1/namespaces/a/pods/',
    '/api/v1/namespaces/a/pods/p',
    '/api/v1/namespaces/a/pods/p/',
  ],
  ...[
    'exec',
    'attach',
    'portforward',
    'log',
    'eviction',
    'binding',
    'ephemeralcontainers',
    'status',
    'resize',
    'proxy',
  ].map((subresource) => `/api/v1/namespaces/a/pods/p/${subresource}`),
  ...[
    '/api/v1/namespaces/a/pods/p/exec/more',
    '/api/v1/namespaces/a/pods/p/proxy/a/b',
    '/api/v1/namespaces/a/pods/exec',
  ],
  ...['/api/v1/namespaces/a/services/s/proxy/', '/api/v1/namespaces/a/services/https:s:443/proxy/x/y'],
  ...['/api/v1/proxy/namespaces/a/services/s', '/api/v1/proxy/namespaces/a/pods/p/x', '/api/v1/proxy/namespaces/a'],
  ...['/api/v1/watch', '/api/v1/watch/', '/api/v1/proxy', '/apis/apps/v1/watch', '/api/watch/pods', '/api/proxy/x'],
  ...[
    '/api/v1/watch/pods',
    '/api/v1/watch/namespaces',
    '/api/v1/watch/namespaces/a',
    '/api/v1/watch/namespaces/a/pods',
  ],
  ...['/api/v1/watch/namespaces/a/pods/p', '/api/v1/watch/nodes/n', '/api/v1/watch/watch/pods', '/api/v1/pods/watch'],
  ...[
    '/api/v1/namespaces/watch',
    '/api/v1/namespaces/proxy/pods',
    '/api/v1/namespaces/namespaces/namespaces/namespaces',
  ],
  ...[
    '/apis/apps/v1/deployments',
    '/apis/apps/v1/namespaces/a/deployments',
    '/apis/apps/v1/namespaces/a/deployments/d',
  ],
  ...['/apis/apps/v1/namespaces/a/deployments/d/scale', '/apis/apps/v1/watch/namespaces/a/deployments/d'],
  ...['/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node', '/apis/example.com/v1alpha1/things/x/proxy/y'],
  ...['/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '/apis/metrics.k8s.io/v1beta1/namespaces/a/pods/p'],
  ...['/api/v1/namespaces/a/configmaps/a%20b', '/api/v1/namespaces/%61/pods', '/api/v1/namespaces/a/pods/%C3%A9'],
  ...['/%61pi/v1/pods', '/api/v1/%77atch/pods', '/api/v1/namespace%73/a/pods', '/api/v1/namespaces/a/pods/p/%65xec'],
  ...['/api/v1/namespaces/a/pods/p%3Ax', '/api/v1/PODS', '/api/v1/namespaces/A/pods', '/api/v1/namespaces/a+b/pods'],
];

/** Queries that change what a request without a name asks for. */
const queries = [
  ...['', 'watch', 'watch=', 'watch=1', 'watch=true', 'watch=0', 'watch=false', 'watch=FALSE', 'watch=no', 'Watch=1'],
  ...['watch=0&watch=1', 'w%61tch=1', 'watch+=1', 'follow=1', 'limit=500', 'limit=x&watch=1', 'timeoutSeconds=1.5'],
  ...['fieldSelector=metadata.name=x', 'fieldSelector=metadata.name%3Dx', 'fieldSelector=metadata.name==x&watch=1'],
  ...[
    'fieldSelector=metadata.name!=x',
    'fieldSelector=a=b,metadata.name=x',
    'fieldSelector=metadata.name=x,metadata.name=y',
  ],
  ...[
    'fieldSelector=metadata.name=a/b',
    'fieldSelector=metadata.name=..',
    'fieldSelector=metadata.name',
    'fieldSelector=',
  ],
  ...[
    'fieldSelector=metadata.name=a%5C,b',
    'fieldSelector=metadata.name=a%5Cb',
    'fieldSelector=metadata.name=x&limit=x',
  ],
  ...['fieldSelector=metadata.name=x&labelSelector=a=b', 'fieldSelector=metadata.name=x&labelSelector=a=b=c'],
  ...['fieldSelector=metadata.name=x&labelSelector=a+in+(b)', 'fieldSelector=metadata.name=x&labelSelector=%2F'],
  ...[
    'fieldSelector=metadata.name=x&labelSelector=',
    'a;watch=1',
    '%zz&watch=1',
    'watch=%zz',
    'fieldSelector=metadata.name=%ff',
  ],
];

/** Every form with every method, and with every query by the methods for which the query counts. */
export function tableRequests(): Request[] {
  const plain = forms.flatMap((target) => methods.map((method) => ({ method, target })));
  const listed = [
    '/api/v1/pods',
    '/api/v1/namespaces/a/pods',
    '/api/v1/namespaces',
    '/api/v1/watch/pods',
    '/apis/apps/v1/deployments',
  ];
  const named = ['/api/v1/namespaces/a/pods/p', '/version'];
  const asked = [...listed, ...named].flatMap((path) =>
    queries.flatMap((query) => ['GET', 'DELETE'].map((method) => ({ method, target: `${path}?${query}` }))),
  );
  return [...plain, ...asked];
}

const segments = [
  ...['api', 'apis', 'v1', 'apps', 'namespaces', 'pods', 'services', 'nodes', 'watch', 'proxy', 'status', 'finalize'],
  ...[
    'exec',
    'log',
    'scale',
    'a',
    'p',
    'kube-system',
    'x:443',
    'a%20b',
    '%61pi',
    'w%61tch',
    'é',
    '%C3%A9',
    '+',
    '',
    '.',
    '..',
  ],
];
const parameters = [
  'watch',
  'fieldSelector',
  'labelSelector',
  'limit',
  'timeoutSeconds',
  'resourceVersion',
  'w%61tch',
  'Watch',
];
const values = [
  ...[
    'a in (b, c)',
    'a notin (b)',
    'a == b',
    'a!=b',
    'app.kubernetes.io/name=x',
    'a in ()',
    'in in (in)',
    'in',
    'in=in',
    'a = ',
    'notin notin (x)',
    '(',
    'a=b,',
    'a=',
  ],
  ...[
    '',
    '0',
    '1',
    'true',
    'false',
    'False',
    'metadata.name=x',
    'metadata.name%3D%3Dx',
    'metadata.name!=x',
    'metadata.name',
  ],
  ...[
    'a=b',
    'a=b=c',
    'a in (b)',
    'a+in+(b,c)',
    '!a',
    'a,b',
    '-a=b',
    '/a=b',
    'x/y=z',
    'x..y/a=b',
    'metadata.name=a,a=b',
  ],
  ...[
    'metadata.name=%5C%5C',
    'metadata.name=%2C',
    'metadata.name=..',
    '99999999999999999999',
    '+5',
    '-1',
    '1e3',
    '%zz',
    ';',
    '%00',
  ],
];

/** A request that resembles those of Kubernetes; one in four is damaged at random. */
export function randomRequest(random: Random): Request {
  const start = random.chance(0.9) ? random.pick(['/api/v1', '/apis/apps/v1', '/api', '/apis']) : '';
  const path = Array.from({ length: random.int(0, 6) }, () => `/${random.pick(segments)}`).join('');
  const pairs = Array.from({ length: random.int(0, 3) }, () => `${random.pick(parameters)}=${random.pick(values)}`);
  const made = `${start}${random.chance(0.3) ? '/namespaces/a' : ''}${path || '/'}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
  const method = random.chance(0.6) ? 'GET' : random.pick(methods);
  const target = random.chance(0.25) ? mutateText(random, made) : made;
  // The pipe to the Go program separates requests by lines; a request line has none of these anyway.
  return { method, target: target.replaceAll(/[\t\r\n\p{Cs}]/gu, '') || '/' };
}
