import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { UserError } from './user-error.ts';

/** @param typed what the person typed. @throws {UserError} when `port` cannot be listened on. */
export async function assertPortFree(port: number, address: string, typed = 'npm start'): Promise<void> {
  const probe = createServer().listen(port, address);
  try {
    await once(probe, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new UserError(
        `Port ${port} is in use. Stop the program that has it, or choose another port: ${typed} -- --port ${port + 1000}`,
      );
    if (code === 'EACCES')
      throw new UserError(
        `Port ${port} needs privileges that this user does not have. Choose one above 1023: ${typed} -- --port 8443`,
      );
    throw new UserError(`Cannot listen on ${address} (${code}). Choose another address with --listen.`);
  }
  probe.close();
  await once(probe, 'close');
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** True when only this machine reaches what listens on `address`. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}
