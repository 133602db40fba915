import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import type { Emulator } from '../emulator.ts';

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any field
  json: any;
}

export interface Ask {
  method?: string;
  body?: unknown;
  headers?: Record<string, string | string[]>;
  token?: string | null;
}

export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

function open(emulator: Emulator, path: string, ask: Ask): Promise<IncomingMessage> {
  const { method = 'GET', body, headers = {}, token = emulator.token } = ask;
  const payload = body === undefined ? undefined : Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${emulator.url}${path}`,
      {
        method,
        ca: emulator.caPem,
        agent: false,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** Sends a request. @returns the complete response. */
export async function ask(emulator: Emulator, path: string, options: Ask = {}): Promise<Answer> {
  const response = await open(emulator, path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

/** Reads lines from a stream until `enough` returns true. */
export async function linesOf(
  emulator: Emulator,
  path: string,
  { enough, headers }: { enough: (lines: string[]) => boolean; headers?: Record<string, string> },
): Promise<string[]> {
  const response = await open(emulator, path, headers === undefined ? {} : { headers });
  const lines: string[] = [];
  for await (const line of createInterface(response)) {
    lines.push(line);
    if (enough(lines)) break;
  }
  response.destroy();
  return lines;
}
