import { once } from 'node:events';
import { createServer } from 'node:net';
import { UserError } from './user-error.ts';

/** @param typed the command as typed. @throws {UserError} if it is not possible to listen on `port`. */
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

/** Whether `address` can only be reached from this machine. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}
