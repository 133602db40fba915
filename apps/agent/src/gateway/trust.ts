import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { UserError } from '../user-error.ts';

/**
 * The authorities trusted for gateways: the system's (Node's own if the system has none), and those in `caFile`. One context
 * for all connections, because creating it costs time and some MiB. @throws {UserError}
 */
export function gatewayTrust(caFile: string | undefined): SecureContext {
  const own = caFile === undefined ? [] : [readAuthorities(caFile)];
  const system = getCACertificates('system');
  const ca = [...new Set([...(system.length > 0 ? system : getCACertificates('default')), ...own])];
  try {
    return createSecureContext({ ca });
  } catch (cause) {
    throw new UserError(`${caFile} holds no certificate in PEM. Name the gateway's authority with --ca-file.`, {
      cause,
    });
  }
}

function readAuthorities(caFile: string): string {
  let pem: string;
  try {
    pem = readFileSync(caFile, 'utf8');
  } catch (cause) {
    throw new UserError(`${caFile} cannot be read. Name the gateway's authority with --ca-file.`, { cause });
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new UserError(`${caFile} holds no certificate in PEM. Name the gateway's authority with --ca-file.`);
  }
  return pem;
}
