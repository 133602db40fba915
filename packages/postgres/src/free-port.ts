import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of `address` on which nothing listens, for a program that will listen on it later; 0.0.0.0 asks for one that is free on
 * every address of this machine. Never an ephemeral port (from 32768 on with Linux, from 49152 on with macOS), which the system
 * could give to a connection by then.
 */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let tries = 1; ; tries++) {
    const port = randomInt(20_000, 32_000);
    const probe = createServer().listen(port, address);
    try {
      await once(probe, 'listening');
    } catch (error) {
      if (tries === 100) throw error;
      continue;
    }
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
