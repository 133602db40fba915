import { createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import { sendAnswer } from './send-answer.ts';

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** @returns what a client received, and whether it was told that the response is complete. */
async function answerOf(stream: PassThrough, act: () => void): Promise<{ body: string; complete: boolean }> {
  const server = createServer((_request, response) => {
    response.writeHead(200);
    response.flushHeaders();
    sendAnswer(stream as unknown as ClusterStream, response, undefined);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get({ port, host: '127.0.0.1', agent: false }, resolve).on('error', reject),
  );
  let body = '';
  response.on('data', (chunk: Buffer) => {
    body += chunk;
    act();
  });
  response.on('error', () => {});
  await new Promise((resolve) => response.once('close', resolve));
  return { body, complete: response.complete };
}

it.each([
  ['ends', 'half', (stream: PassThrough) => stream.end(), true],
  ['is destroyed with an error', 'half', (stream: PassThrough) => stream.destroy(new Error('gone')), false],
  ['is destroyed without an error', 'half', (stream: PassThrough) => stream.destroy(), false],
])('tells the client whether the response is complete when the stream %s', async (_, text, act, complete) => {
  const stream = new PassThrough();
  stream.write(text);
  expect(await answerOf(stream, () => act(stream))).toEqual({ body: text, complete });
});
