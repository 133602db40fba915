import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of `address` on which nothing listens; 0.0.0.0 asks for one that is free on every address of this machine. Never an
 * ephemeral port (from 32768 on with Linux, from 49152 on with macOS): the system could give it to a connection before the
 * program it is meant for listens.
 */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port, address)) return port;
  }
}

async function isFree(port: number, address: string): Promise<boolean> {
  const probe = createServer().listen(port, address);
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
