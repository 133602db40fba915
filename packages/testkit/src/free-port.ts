import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A port of `address` that was free a moment ago; 0.0.0.0 asks for one that is free on every address of this machine. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const probe = createServer().listen(0, address);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
