import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type OperationId, operations } from '@postern/contracts';
import type { TestCertificate } from '@postern/testkit';

export interface Call {
  operation: OperationId;
  params: string[];
  query: Record<string, string>;
  authorization: string | undefined;
  body: unknown;
}

type Answer = [status: number, body?: unknown, headers?: Record<string, string>];

/** A gateway that responds as the test specifies, and records the calls. */
export interface FakeGateway extends AsyncDisposable {
  url: string;
  certificate: TestCertificate;
  calls: Call[];
  answers: Partial<Record<OperationId, (call: Call) => Answer>>;
}

export async function fakeGateway(certificate: TestCertificate): Promise<FakeGateway> {
  const server = createServer(certificate, async (request, response) => {
    const [path = '', search = ''] = request.url?.replace(/^\/api\/v1/, '').split('?') ?? [];
    const query = Object.fromEntries(new URLSearchParams(search));
    for (const [operation, { method, path: template }] of Object.entries(operations)) {
      const match = new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(path);
      if (match === null || request.method !== method) continue;
      const body: unknown = Number(request.headers['content-length'] ?? 0) > 0 ? await json(request) : undefined;
      const { authorization } = request.headers;
      const call: Call = { operation: operation as OperationId, params: match.slice(1), query, authorization, body };
      gateway.calls.push(call);
      const notFound: Answer = [404, { error: { code: 'not-found', message: 'There is no such thing.' } }];
      const [status, answer, headers] = gateway.answers[call.operation]?.(call) ?? notFound;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(answer === undefined || typeof answer === 'string' ? answer : JSON.stringify(answer));
      return;
    }
    response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gateway: FakeGateway = {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificate,
    calls: [],
    answers: {},
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return gateway;
}
