// Checks over its own listener whether the gateway in this container is ready: exit code 0 or 1. The certificate must be the one
// in the gateway's own file, for the host of the public URL.
import { readFileSync } from 'node:fs';
import { get } from 'node:https';

const { hostname } = new URL(process.env.POSTERN_PUBLIC_URL);
const options = {
  host: '127.0.0.1',
  port: process.env.POSTERN_PORT,
  path: '/readyz',
  servername: hostname,
  headers: { host: hostname },
  ca: readFileSync(process.env.POSTERN_TLS_CERT_FILE),
  allowPartialTrustChain: true,
  timeout: 2_000,
};
get(options, (response) => process.exit(response.statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
