import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '@postern/testkit';
import { WebSocketServer } from 'ws';
import { canary, evilHost, markup, names, output, text } from './attacks.ts';
import { discovery, hostileObject, hostileTable, kinds } from './objects.ts';

export interface HostileApiserver extends AsyncDisposable {
  url: string;
  cert: string;
  /** Paths requested so far. */
  asked: string[];
  /** The input that its shells have received. */
  typed(): string;
}

/** Files that a cluster may serve under `/evil/`, each of which reports when it runs or is rendered. */
const files: Record<string, { type: string; body: string }> = {
  'script.js': {
    type: 'text/javascript',
    body: `globalThis.${canary}?.('script file'); self.postMessage?.('ran'); fetch('//${evilHost}/script')`,
  },
  'module.js': { type: 'text/javascript', body: `globalThis.${canary}?.('module file'); export default 1;` },
  'worker.js': {
    type: 'text/javascript',
    body: `self.postMessage?.('ran'); self.onconnect = ({ ports }) => ports[0].postMessage('ran');`,
  },
  'style.css': { type: 'text/css', body: `body { background: url('//${evilHost}/style') } html { --ran: 1 }` },
  'page.html': {
    type: 'text/html',
    body: `<script>(parent ?? opener ?? self).${canary}('page file')</script>${markup.join('')}`,
  },
  'picture.svg': {
    type: 'image/svg+xml',
    body: `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><script>${canary}('svg file')</script></svg>`,
  },
  'page.xml': {
    type: 'application/xhtml+xml',
    body: `<html xmlns="http://www.w3.org/1999/xhtml"><script>parent.${canary}('xml file')</script></html>`,
  },
};

/**
 * The apiserver of a hostile tenant: it answers like a real one, but with attacks in every text. Its pods print attacks
 * too, and it refuses most writes with them.
 */
export async function startHostileApiserver(): Promise<HostileApiserver> {
  const certificate = await selfSigned();
  const asked: string[] = [];
  const typed: Buffer[] = [];
  const server = createServer({ ...certificate }, (request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    answer(request, response);
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => [...offered].find((protocol) => protocol === 'v5.channel.k8s.io') ?? false,
  });
  server.on('upgrade', (request, socket, head) => {
    asked.push(request.url ?? '');
    webSockets.handleUpgrade(request, socket, head, (connection) => {
      const print = (line: string): void => connection.send(Buffer.concat([Buffer.of(1), Buffer.from(`${line}\r\n`)]));
      connection.on('error', () => {});
      for (const line of [...markup, ...output, `see https://${evilHost}/link or javascript:${canary}(1)`]) print(line);
      // The shell ends at the first Enter, so that its end message is drawn too.
      connection.on('message', (data: Buffer) => {
        if (data[0] !== 0) return;
        typed.push(data.subarray(1));
        if (!data.includes(13)) return;
        const status = {
          kind: 'Status',
          status: 'Failure',
          message: text,
          reason: text,
          details: { causes: [{ reason: 'ExitCode', message: text }] },
        };
        connection.send(Buffer.concat([Buffer.of(3), Buffer.from(JSON.stringify(status))]));
        connection.close(1000);
      });
      print('the end of the attacks');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cert: certificate.cert,
    asked,
    typed: () => Buffer.concat(typed).toString('latin1'),
    [Symbol.asyncDispose]: async () => {
      for (const connection of webSockets.clients) connection.terminate();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Response headers with which a server could relax the browser's restrictions. */
const loosening = {
  'access-control-allow-origin': '*',
  'content-disposition': 'inline',
  'content-security-policy': "default-src * 'unsafe-inline' 'unsafe-eval' data: blob:",
  'service-worker-allowed': '/',
  'set-cookie': 'planted=1; Path=/',
  link: '</k8s/x>; rel=preload; as=script',
  refresh: `0; url=https://${evilHost}/refresh`,
};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://apiserver');
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { ...loosening, 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const file = files[pathname.replace('/evil/', '')];
  if (pathname.startsWith('/evil/') && file !== undefined) {
    response.writeHead(200, { ...loosening, 'content-type': file.type });
    response.end(file.body);
    return;
  }
  if (pathname === '/version') {
    send(200, { gitVersion: text.slice(0, 64), platform: '<img src=x onerror=x>', major: '1', minor: '33' });
    return;
  }
  if (pathname === '/api' || pathname === '/apis') {
    send(200, discovery(pathname === '/api'));
    return;
  }
  if (pathname.endsWith('/selfsubjectaccessreviews')) {
    send(201, { kind: 'SelfSubjectAccessReview', status: { allowed: true } });
    return;
  }
  if (pathname.endsWith('/log')) {
    response.writeHead(200, { ...loosening, 'content-type': 'text/html' });
    const stamp = searchParams.get('timestamps') === 'true' ? '2026-01-01T00:00:00.000000000Z ' : '';
    for (const line of [
      ...markup,
      ...output,
      text,
      JSON.stringify({ level: text, msg: text }),
      'the end of the attacks',
    ]) {
      response.write(`${stamp}${line}\n`);
    }
    if (searchParams.get('follow') !== 'true') response.end();
    return;
  }
  answerResource(request, response, { pathname, searchParams, send });
}

function answerResource(
  request: IncomingMessage,
  response: ServerResponse,
  asked: { pathname: string; searchParams: URLSearchParams; send: (status: number, body: unknown) => void },
): void {
  const { pathname, searchParams, send } = asked;
  const parts = pathname.split('/').slice(1).map(decodeURIComponent);
  const [group, version, ...rest] = parts[0] === 'api' ? ['', ...parts.slice(1)] : parts.slice(1);
  const [resource = '', name] = rest[0] === 'namespaces' && rest.length > 2 ? rest.slice(2) : rest;
  const kind = kinds.find((one) => one.group === group && one.resource === resource) ?? {
    group: group ?? '',
    version: version ?? '',
    resource,
    kind: text,
    namespaced: true,
  };
  if (kind.kind === 'Forbidden') {
    send(403, {
      kind: 'Status',
      status: 'Failure',
      reason: text,
      message: text,
      details: { causes: [{ message: text }] },
      code: 403,
    });
    return;
  }
  if (kind.kind === 'Page') {
    response.writeHead(500, { ...loosening, 'content-type': 'text/html' });
    response.end(files['page.html']?.body);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const refusal = {
      kind: 'Status',
      status: 'Failure',
      reason: 'Invalid',
      code: 422,
      message: text,
      details: { causes: [{ field: text, message: text }] },
    };
    if (pathname.startsWith('/apis/rbac')) send(200, {});
    else send(422, refusal);
    return;
  }
  if (searchParams.get('watch') !== null) {
    response.writeHead(200, { ...loosening, 'content-type': 'application/json' });
    const object = request.headers.accept?.includes('as=Table')
      ? hostileTable(kind)
      : hostileObject(kind, `<b>${name}</b>`);
    response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
    return;
  }
  if (name !== undefined) {
    send(200, hostileObject(kind, name));
    return;
  }
  if (request.headers.accept?.includes('as=Table')) {
    send(200, hostileTable(kind));
    return;
  }
  const items = names.map((one) => hostileObject(kind, one));
  send(200, { kind: `${kind.kind}List`, apiVersion: version, metadata: { resourceVersion: '1' }, items });
}
