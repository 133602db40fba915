/** The apiserver could not be reached, or broke off. `message` is for people and contains no secrets. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  /** Short and stable, for metrics and reports. */
  readonly code: UpstreamErrorCode;

  constructor(code: UpstreamErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/**
 * `broken`: the connection ended during the request. `busy`: the server certainly did not process the request. `headers`: the
 * response has more headers than a tunnel carries. `malformed`: the response is not HTTP. The others: no connection.
 */
export type UpstreamErrorCode =
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'certificate'
  | 'credential'
  | 'broken'
  | 'headers'
  | 'malformed'
  | 'busy';

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|DEPTH_ZERO/;

/** The error of a failed connection attempt. */
export function dialError(cause: unknown, server: URL): UpstreamError {
  const { code = '', message = String(cause) } = cause as { code?: string; message?: string };
  const where = `The Kubernetes API server at ${server.host}`;
  const options = { cause };
  if (code === 'ECONNREFUSED') {
    return new UpstreamError(
      'refused',
      `${where} refuses connections. It may be restarting; try again shortly.`,
      options,
    );
  }
  if (code === 'ETIMEDOUT') {
    return new UpstreamError('timeout', `${where} did not answer the agent in time.`, options);
  }
  if (certificateCode.test(code)) {
    return new UpstreamError('certificate', `${where} showed a certificate that is not trusted (${code}).`, options);
  }
  return new UpstreamError('unreachable', `${where} cannot be reached by the agent (${code || message}).`, options);
}

/** The connection broke during a request. */
export function brokenError(cause?: unknown): UpstreamError {
  return new UpstreamError('broken', 'The Kubernetes API server broke off the connection before it answered.', {
    cause,
  });
}

/** The server did not process the request, which may be sent again. */
export function busyError(cause?: unknown): UpstreamError {
  return new UpstreamError('busy', 'The Kubernetes API server takes no more requests now; try again shortly.', {
    cause,
  });
}

/** The server's response violates its protocol, or a limit of Node's parser. */
export function malformedError(protocol: string, cause: unknown): UpstreamError {
  return new UpstreamError(
    'malformed',
    `The Kubernetes API server's answer is not valid ${protocol}, or a header field of it is larger than 64 KiB.`,
    { cause },
  );
}

/** The response's headers exceed the 64 KiB of a head in the tunnel (docs/protocol.md, "Heads"). */
export function headersError(cause?: unknown): UpstreamError {
  return new UpstreamError(
    'headers',
    "The answer's headers are larger than 64 KiB, which is the most that Postern passes on.",
    { cause },
  );
}
