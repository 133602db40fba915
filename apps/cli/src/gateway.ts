import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { ApiError, type Client, ConnectionError, createClient } from '@postern/api-client';
import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import { CliError, exitCodes, usageError } from './cli-error.ts';
import { version } from './version.ts';

/** Parses a gateway's URL as typed by the user; returns its origin. @throws {CliError} usage. */
export function parseGatewayUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search || url.username) {
    throw usageError(
      `The gateway's URL must be an https:// origin such as https://postern.example.com, not "${text}".`,
    );
  }
  return url.origin;
}

/** The certificates in a file. @throws {CliError} usage. */
export function readAuthority(file: string): string {
  let pem = '';
  try {
    pem = readFileSync(file, 'utf8');
  } catch {
    // Reported below.
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw usageError(`${file} cannot be read or holds no certificate in PEM (--ca-file).`);
  }
  return pem;
}

/** A client of a gateway's API that trusts the system's authorities and `caPem`, and uses `HTTPS_PROXY` if it is set. */
export function connect(target: { url: string; caPem: string | null; token?: string }): Client {
  const ca = [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  if (target.caPem !== null) ca.push(target.caPem);
  const dispatcher = new EnvHttpProxyAgent({
    connect: { ca },
    requestTls: { ca },
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
    keepAliveTimeout: 1_000,
  });
  const send = ((input: string, init: object) =>
    undiciFetch(input, { ...init, dispatcher })) as unknown as typeof fetch;
  return createClient({
    baseUrl: target.url,
    fetch: send,
    userAgent: `postern-cli/${version}`,
    ...(target.token === undefined ? {} : { token: target.token }),
  });
}

/** Turns the error of a call into one for the user; returns bugs unchanged. */
export function explain(error: unknown, url: string): unknown {
  if (error instanceof ConnectionError) return unreachable(error, url);
  if (!(error instanceof ApiError)) return error;
  const told = error.fields.filter(({ message }) => message !== error.message);
  const fields = told.map(({ path, message }) => `\n  ${path}: ${message}`).join('');
  const { code } = error;
  const fail = (exitCode: number, message = `${error.message}${fields}`): CliError =>
    new CliError(message, { exitCode, code, cause: error });
  switch (error.code) {
    case 'unauthenticated':
      return fail(
        exitCodes.signedOut,
        `Your sign-in to ${url} has expired or was revoked. Run \`postern login --url ${url}\`.`,
      );
    case 'invalid-credentials':
      return fail(exitCodes.signedOut);
    case 'not-found':
      return fail(exitCodes.notFound);
    case 'forbidden':
    case 'step-up-required':
    case 'second-factor-required':
      return fail(exitCodes.forbidden);
    case 'conflict':
    case 'email-not-configured':
      return fail(exitCodes.conflict);
    case 'invalid-request':
      return fail(exitCodes.usage);
    case 'rate-limited':
      return fail(exitCodes.error, `${error.message}${fields}${waitOf(error)}`);
    default:
      return fail(exitCodes.error);
  }
}

/** When to retry, unless the gateway's message already says so. */
function waitOf({ message, retryAfterSeconds: seconds }: ApiError): string {
  if (seconds === undefined || message.includes(`${seconds} second`)) return '';
  return ` Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
}

function unreachable(error: ConnectionError, url: string): CliError {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const { code = '', message = '' } = cause as { code?: string; message?: string };
  const isUntrusted = /CERT|SELF_SIGNED|UNABLE_TO_/.test(code);
  return new CliError(
    isUntrusted
      ? `${url} shows a certificate that is not trusted (${code}). Name its authority with --ca-file.`
      : `${url} cannot be reached (${code || message}).`,
    { exitCode: exitCodes.unreachable, code: 'unreachable', cause: error },
  );
}
