import type { Answer, Request } from './answer.ts';

/**
 * A second reading of the rules of `NewRequestInfo` (k8s.io/apiserver v0.33.4), line by line and without regard to speed, that
 * shares no code with our parser. It leaves open (`null`) the name of a list whose selectors have escapes or labels.
 */
export function oracle({ method, target }: Request): { answer: Answer; isNameOpen: boolean } {
  const [rawPath = '', ...rest] = target.split('?');
  const parameters = readParameters(rest.join('?'));
  let current = decodeURIComponent(rawPath).split('/');
  while (current[0] === '') current.shift();
  while (current.at(-1) === '') current.pop();
  const nothing: Answer = ['other', method.toLowerCase(), '', '', '', '', '', '', '', []];
  if (current.length < 3 || (current[0] !== 'api' && current[0] !== 'apis'))
    return { answer: nothing, isNameOpen: false };
  const prefix = current[0];
  current = current.slice(1);
  let group = '';
  if (prefix === 'apis') {
    if (current.length < 3) {
      return { answer: ['other', method.toLowerCase(), prefix, '', '', '', '', '', '', []], isNameOpen: false };
    }
    [group = '', ...current] = current;
  }
  const [version = ''] = current;
  current = current.slice(1);

  let verb = '';
  if (current[0] === 'proxy' || current[0] === 'watch') {
    if (current.length < 2) return { answer: ['unclear'], isNameOpen: false };
    [verb = '', ...current] = current;
  } else if (method === 'POST') verb = 'create';
  else if (method === 'GET' || method === 'HEAD') verb = 'get';
  else if (method === 'PUT') verb = 'update';
  else if (method === 'PATCH') verb = 'patch';
  else if (method === 'DELETE') verb = 'delete';

  let namespace = '';
  if (current[0] === 'namespaces' && current.length > 1) {
    namespace = current[1] ?? '';
    if (current.length > 2 && current[2] !== 'status' && current[2] !== 'finalize') current = current.slice(2);
  }
  const [resource = ''] = current;
  let name = current.length >= 2 ? (current[1] ?? '') : '';
  const subresource = current.length >= 3 && verb !== 'proxy' ? (current[2] ?? '') : '';

  let isNameOpen = false;
  if (name === '' && verb === 'get') {
    const watch = parameters.get('watch');
    verb = watch === undefined || watch === '0' || watch.toLowerCase() === 'false' ? 'list' : 'watch';
    isNameOpen = parameters.has('fieldSelector');
    name = '';
  }
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  return {
    answer: ['resource', verb, prefix, group, version, namespace, resource, subresource, name, current],
    isNameOpen,
  };
}

/** The first value of each parameter; pairs that Go's url.ParseQuery drops are left out. */
function readParameters(query: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';') || /%(?![0-9A-Fa-f]{2})/.test(pair)) continue;
    const [key = '', ...value] = pair.split('=').map((text) => text.replaceAll('+', ' '));
    const decoded = unescapeBytes(key);
    if (!found.has(decoded)) found.set(decoded, unescapeBytes(value.join('=')));
  }
  return found;
}

const unescapeBytes = (text: string): string =>
  Buffer.from(
    text.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();
