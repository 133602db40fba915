import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { turns, useLeakCheck } from '@postern/testkit';
import type { ResponseHead } from '@postern/tunnel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { classify } from '../access/classify.ts';
import { refusal } from '../access/refusal.ts';
import { Passage } from '../passage/passage.ts';
import { FakeClusterStream, FakeConnection } from '../test/fake-streams.ts';
import { readAddress } from './address.ts';
import { forwardRequest } from './forward-request.ts';

useLeakCheck();

let client: FakeConnection;
let response: ServerResponse;
let stream: FakeClusterStream;
let opened: number;
/** The cluster's answer. */
let answer: (head: ResponseHead) => void;
beforeEach(() => {
  client = new FakeConnection();
  response = new ServerResponse(new IncomingMessage(new Socket()));
  response.assignSocket(client as unknown as Socket);
  stream = new FakeClusterStream();
  opened = 0;
});
afterEach(() => {
  vi.useRealTimers();
  client.destroy();
  stream.destroy();
});

function forward({ method = 'GET', path = '/api/v1/pods', headTimeoutMs = 60_000 } = {}): Promise<number> {
  const request = new IncomingMessage(new Socket());
  request.method = method;
  const passage = new Passage(async () => {
    opened++;
    const head = new Promise<ResponseHead>((resolve, reject) => {
      answer = resolve;
      stream.once('error', reject);
    });
    head.catch(() => {});
    return { stream, response: head };
  });
  const asked = classify(method, readAddress(path).target);
  return forwardRequest({ request, response, passage, asked, body: undefined, browser: undefined, headTimeoutMs });
}

describe('a client that has gone', () => {
  it('before the request is sent causes none', async () => {
    client.destroy();
    await once(response, 'close');
    await expect(forward()).rejects.toMatchObject({ code: 'cancelled', reason: 'the client has gone' });
    expect(opened).toBe(0);
  });

  it('while the cluster works ends the stream', async () => {
    const forwarded = forward();
    await turns();
    client.destroy();
    await expect(forwarded).rejects.toMatchObject({ code: 'cancelled', reason: 'the client has gone' });
    expect(stream.endings).toEqual(['reset cancelled: the client has gone']);
  });

  it('just when the cluster answers gets nothing', async () => {
    const forwarded = forward();
    await turns();
    answer({ status: 200, headers: [] });
    response.destroy();
    expect(await forwarded).toBe(200);
    await turns();
    expect(response.headersSent).toBe(false);
    expect(stream.endings).toEqual(['reset cancelled: the client has gone']);
  });
});

describe('the time limit for the head', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  it('ends a plain request', async () => {
    const forwarded = forward();
    const failed = expect(forwarded).rejects.toMatchObject({ code: 'timeout' });
    await turns();
    vi.advanceTimersByTime(59_999);
    expect(stream.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    await failed;
    expect(stream.endings).toEqual(['reset timeout: no answer within 60 s']);
  });

  it.each([
    '/api/v1/pods?watch=1',
    '/api/v1/namespaces/a/pods/p/log?follow=1',
    '/api/v1/namespaces/a/services/x/proxy/',
  ])('does not apply to %s', async (path) => {
    const forwarded = forward({ path });
    await turns();
    vi.advanceTimersByTime(3_600_000);
    expect(stream.destroyed).toBe(false);
    answer({ status: 200, headers: [] });
    expect(await forwarded).toBe(200);
  });
});

it('ends the stream of an answer that is refused', async () => {
  const forwarded = forward();
  await turns();
  answer({ status: 302, headers: [] });
  await expect(forwarded).rejects.toThrow(
    refusal(502, 'The cluster answered with a redirect, which Postern does not pass on.'),
  );
  expect(stream.destroyed).toBe(true);
  expect(response.headersSent).toBe(false);
});

it.each([
  ['HEAD', 200],
  ['GET', 204],
  ['GET', 304],
])('ends the response to %s with %i at once, and reads the stream to its end', async (method, status) => {
  const forwarded = forward({ method });
  await turns();
  answer({ status, headers: [] });
  expect(await forwarded).toBe(status);
  expect(response.writableEnded).toBe(true);
  stream.push('not for the client');
  stream.push(null);
  await turns();
  expect(stream.readableEnded).toBe(true);
  expect(client.received).not.toContain('not for the client');
});

it('sends the head of a response before its body', async () => {
  const forwarded = forward();
  await turns();
  answer({ status: 200, headers: [['content-length', '4']] });
  expect(await forwarded).toBe(200);
  await turns();
  expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n(.+\r\n)*content-length: 4\r\n(.+\r\n)*\r\n$/);
  stream.push('body');
  stream.push(null);
  await turns();
  expect(client.received).toMatch(/\r\n\r\nbody$/);
  expect(response.writableEnded).toBe(true);
});
