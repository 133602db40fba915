import { describe, expect, it } from 'vitest';
import { Acknowledgement } from './acknowledgement.ts';
import { decodeFrame, FrameType } from './frame.ts';

describe('acknowledgement', () => {
  it('is due after 64 frames or 32 KiB', () => {
    const frames = new Acknowledgement();
    for (let i = 1; i < 64; i++) expect(frames.received(0)).toBe(false);
    expect(frames.received(0)).toBe(true);
    const bytes = new Acknowledgement();
    expect(bytes.received(32 * 1024 - 1)).toBe(false);
    expect(bytes.received(1)).toBe(true);
  });

  it('is due again after as many since the last one', () => {
    const frames = new Acknowledgement();
    for (let i = 0; i < 10; i++) frames.received(0);
    frames.encode();
    for (let i = 1; i < 64; i++) expect(frames.received(0)).toBe(false);
    expect(frames.received(0)).toBe(true);
    const bytes = new Acknowledgement();
    bytes.received(20_000);
    bytes.encode();
    expect(bytes.received(32 * 1024 - 1)).toBe(false);
    expect(bytes.received(1)).toBe(true);
  });

  it('counts what was received, cumulatively', () => {
    const receiver = new Acknowledgement();
    receiver.received(10);
    receiver.received(0);
    expect(receiver.owed).toBe(true);
    expect(decodeFrame([receiver.encode()])).toEqual({ type: FrameType.ack, frames: 2, bytes: 10 });
    expect(receiver.owed).toBe(false);
    receiver.received(5);
    expect(decodeFrame([receiver.encode()])).toMatchObject({ frames: 3, bytes: 15 });
  });

  it('accepts only what was sent, and never goes back', () => {
    const sender = new Acknowledgement();
    for (let i = 0; i < 4; i++) sender.sent(100);
    expect(sender.onAck(5, 400)).toBe(false);
    expect(sender.onAck(4, 401)).toBe(false);
    expect(sender.onAck(2, 200)).toBe(true);
    expect(sender.unacknowledgedFrames).toBe(2);
    expect(sender.unacknowledgedBytes).toBe(200);
    expect(sender.onAck(2, 200)).toBe(true);
    expect(sender.onAck(1, 200)).toBe(false);
    expect(sender.onAck(2, 100)).toBe(false);
    expect(sender.onAck(4, 400)).toBe(true);
    expect(sender.unacknowledgedFrames).toBe(0);
  });
});
