import type { Http2ServerRequest, Http2Session } from 'node:http2';
import { seededRandom, selfSigned, type TestCertificate, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { http2Apiserver } from '../test/apiserver.ts';
import { rawHttp2 } from '../test/raw-http2.ts';
import { bytesOf, received, type ServingAgent, servingAgent, textOf } from '../test/serving.ts';

useLeakCheck();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

/** For a longer run: GOAWAY_REQUESTS=10000. */
const requests = Number(process.env['GOAWAY_REQUESTS'] ?? 1000);
const atOnce = 60;

/** Sends GOAWAY at random, like kube-apiserver with --goaway-chance, and ignores streams above the last one that it named. */
async function restless(chance: number) {
  const random = seededRandom(7);
  const done = new Map<string, number>();
  const gone = new WeakMap<Http2Session, number>();
  const counts = { goaways: 0, ignored: 0 };
  const api = await http2Apiserver(certificate, (request: Http2ServerRequest, response) => {
    const { session, id = 0 } = request.stream;
    if (session === undefined) return;
    const last = gone.get(session);
    if (last !== undefined && id > last) {
      counts.ignored++;
      return;
    }
    if (last === undefined && random() < chance) {
      counts.goaways++;
      gone.set(session, id);
      session.goaway(0, id);
    }
    bytesOf(request).then(
      (body) => {
        const key = `${request.method} ${body.toString()}`;
        done.set(key, (done.get(key) ?? 0) + 1);
        response.end(body);
      },
      () => {},
    );
  });
  return { api, done, counts };
}

async function ask(agent: ServingAgent, number: number): Promise<string> {
  const method = ['POST', 'PUT', 'PATCH', 'DELETE'][number % 4]!;
  const { response, stream } = agent.request({ method });
  stream.write(`request ${number}`);
  stream.end();
  const { status } = await response;
  return `${status} ${await textOf(stream)}`;
}

describe('writes to an apiserver that sends GOAWAY at random', () => {
  it('all succeed, and each happens exactly once', { timeout: 120_000 }, async () => {
    const { api, done, counts } = await restless(1 / 40);
    await using _api = api;
    await using agent = await servingAgent(api.endpoint);
    const failed: string[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let number = next++; number < requests; number = next++) {
        const answer = await ask(agent, number);
        if (answer !== `200 request ${number}`) failed.push(answer);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    expect(failed).toEqual([]);
    expect(done.size).toBe(requests);
    expect([...done.values()].filter((times) => times !== 1)).toEqual([]);
    // Otherwise nothing was tested.
    expect(counts.goaways).toBeGreaterThan(requests / 200);
  });
});

describe('a write that was refused unprocessed', () => {
  const refusals = {
    REFUSED_STREAM: (stream: { reset(code: number): void }) => stream.reset(7),
    'GOAWAY below it': (stream: { connection: { goAway(code: number, last: number): void } }) =>
      stream.connection.goAway(0, 0),
    'GOAWAY with an error below it': (stream: { connection: { goAway(code: number, last: number): void } }) =>
      stream.connection.goAway(11, 0),
  };

  it.each(Object.keys(refusals) as (keyof typeof refusals)[])('by %s is sent again in full', async (how) => {
    for (const length of [0, 1, 64 * 1024]) {
      const body = Buffer.alloc(length, 'b');
      let seen = 0;
      await using api = await rawHttp2(certificate, {
        onHeaders: (stream) => {
          if (seen++ === 0) refusals[how](stream);
          else stream.head({ end: true });
        },
      });
      await using agent = await servingAgent(api.endpoint);
      const { response, stream } = agent.request({ method: 'POST' });
      stream.end(body);
      expect((await response).status).toBe(200);
      const [, second] = api.streams;
      while (!second!.isEnded) await new Promise((resolve) => api.changes.once('change', resolve));
      expect(second!.bytes.equals(body)).toBe(true);
      expect((await received(stream)).end).toBe('complete');
      expect(seen).toBe(2);
    }
  });

  it('is not sent again after more than 64 KiB of it were sent: the client may repeat it', async () => {
    const body = Buffer.alloc(64 * 1024 + 1);
    await using api = await rawHttp2(certificate);
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ method: 'POST' });
    stream.write(body);
    while ((api.streams[0]?.bytes.length ?? 0) < body.length) {
      await new Promise((resolve) => api.changes.once('change', resolve));
    }
    api.streams[0]!.reset(7);
    const head = await response;
    expect(head.status).toBe(503);
    expect(head.headers).toContainEqual(['retry-after', '1']);
    stream.end();
    expect((await received(stream)).end).toBe('complete');
    expect(api.streams).toHaveLength(1);
  });

  it('is not sent again if the server may have processed it', async () => {
    await using api = await rawHttp2(certificate, {
      onHeaders: ({ id, connection }) => {
        connection.goAway(0, id);
        connection.socket.end();
      },
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ method: 'POST' });
    stream.end('{}');
    expect((await response).status).toBe(502);
    await received(stream);
    expect(api.streams).toHaveLength(1);
  });
});
