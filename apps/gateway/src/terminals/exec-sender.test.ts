import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeExecStream } from '../test/fake-exec-stream.ts';
import { ExecSender } from './exec-sender.ts';

const mebibyte = 1024 * 1024;
let stream: FakeExecStream;
let sender: ExecSender;
beforeEach(() => {
  stream = new FakeExecStream();
  sender = new ExecSender(stream);
});
afterEach(() => void stream.destroy());

describe('ExecSender', () => {
  it('sends keystrokes, sizes, pongs and pings', () => {
    expect(sender.input(Buffer.from('ls'))).toBe(true);
    stream.accept();
    sender.resize({ columns: 80, rows: 24 });
    stream.accept();
    sender.pong(Buffer.from('x'));
    stream.accept();
    sender.ping();
    stream.accept();
    expect(stream.frames).toEqual([
      ['binary', 0, 'ls'],
      ['binary', 4, '{"Width":80,"Height":24}'],
      ['pong', 'x'],
      ['ping', ''],
    ]);
    expect(stream.writableLength).toBe(0);
  });

  it('sends the newest size first, then the input, the newest pong and a ping', () => {
    sender.input(Buffer.from('a'));
    sender.ping();
    sender.ping();
    sender.pong(Buffer.from('one'));
    sender.pong(Buffer.from('two'));
    sender.input(Buffer.from('b'));
    sender.input(Buffer.from('c'));
    sender.resize({ columns: 1, rows: 1 });
    sender.resize({ columns: 100, rows: 30 });
    expect(stream.frames).toEqual([['binary', 0, 'a']]);
    for (let accepted = 0; accepted < 5; accepted++) stream.accept();
    expect(stream.frames.slice(1)).toEqual([
      ['binary', 4, '{"Width":100,"Height":30}'],
      ['binary', 0, 'bc'],
      ['pong', 'two'],
      ['ping', ''],
    ]);
    expect(stream.writableLength).toBe(0);
  });

  it.each<[string, () => void]>([
    ['keystroke', () => sender.input(Buffer.from('a'))],
    ['size', () => sender.resize({ columns: 80, rows: 24 })],
    ['pong', () => sender.pong(Buffer.from('a'))],
    ['ping', () => sender.ping()],
  ])('sends nothing else until a %s has been accepted', (_, send) => {
    send();
    sender.input(Buffer.from('x'));
    sender.input(Buffer.from('y'));
    expect(stream.frames).toHaveLength(1);
    stream.accept();
    expect(stream.frames.slice(1)).toEqual([['binary', 0, 'xy']]);
  });

  it('refuses input while more than 1 MiB would wait', () => {
    sender.input(Buffer.from('a'));
    expect(sender.input(Buffer.alloc(mebibyte))).toBe(true);
    expect(sender.input(Buffer.from('b'))).toBe(false);
    stream.accept();
    expect(sender.input(Buffer.from('b'))).toBe(true);
  });

  it('sends no message for empty input', () => {
    expect(sender.input(Buffer.alloc(0))).toBe(true);
    expect(stream.frames).toEqual([]);
  });

  it('drops what waits when it closes, and everything afterwards', () => {
    sender.input(Buffer.from('a'));
    sender.input(Buffer.from('b'));
    sender.close();
    sender.close();
    expect(stream.writableEnded).toBe(true);
    expect(sender.input(Buffer.alloc(2 * mebibyte))).toBe(true);
    sender.resize({ columns: 80, rows: 24 });
    stream.accept();
    stream.accept();
    expect(stream.frames).toEqual([
      ['binary', 0, 'a'],
      ['close', 1000, ''],
    ]);
  });

  it('sends not even a close frame once it has stopped', () => {
    sender.stop();
    expect(sender.input(Buffer.alloc(2 * mebibyte))).toBe(true);
    sender.resize({ columns: 80, rows: 24 });
    sender.close();
    expect(stream.frames).toEqual([]);
    expect(stream.writableEnded).toBe(false);
  });

  it.each<[string, () => void]>([
    ['destroyed', () => stream.destroy()],
    ['ended', () => stream.end()],
  ])('writes nothing to a stream that was %s', (_, act) => {
    act();
    const write = vi.spyOn(stream, 'write');
    sender.resize({ columns: 80, rows: 24 });
    expect(write).not.toHaveBeenCalled();
  });
});
