import type { TerminalEndCode } from '@postern/contracts';

/** How a terminal ended, in a sentence for people. */
export interface Ending {
  code: TerminalEndCode;
  exitCode: number | null;
  message: string;
}

/** The part of a metav1.Status that says how a process ended. */
interface ExecStatus {
  status?: unknown;
  reason?: unknown;
  message?: unknown;
  details?: { causes?: { reason?: unknown; message?: unknown }[] };
}

/**
 * Reads the Status on the error channel of v4.channel.k8s.io. Total: the text comes from the tenant's cluster.
 * `NonZeroExitCode` carries the code as a cause `ExitCode` (apimachinery/pkg/util/remotecommand).
 */
export function readEnding(text: string): Ending {
  const status = parse(text);
  if (status === undefined) return failed('The cluster did not say how the shell ended.');
  if (status.status === 'Success') return exited(0);
  if (status.reason === 'NonZeroExitCode') {
    const cause = status.details?.causes?.find?.((one) => one?.reason === 'ExitCode');
    const exitCode = Number(cause?.message);
    if (Number.isInteger(exitCode)) return exited(exitCode);
  }
  const message = typeof status.message === 'string' ? status.message : '';
  if (/executable file not found|no such file or directory|not found in \$PATH/i.test(message)) return noShell();
  if (/container not found|not found|is not running|not created or running|is terminated/i.test(message)) {
    return podGone('The container is not running any more.');
  }
  return failed(
    message === '' ? 'The shell could not be started.' : `The shell could not be started: ${clean(message)}`,
  );
}

function exited(exitCode: number): Ending {
  const message = exitCode === 0 ? 'The shell has ended.' : `The shell ended with exit code ${exitCode}.`;
  return { code: 'exited', exitCode, message };
}

export function noShell(): Ending {
  return {
    code: 'no-shell',
    exitCode: null,
    message:
      'This container has no such shell. Choose another container or shell, or attach a debug container with `kubectl debug`.',
  };
}

export function podGone(message: string): Ending {
  return { code: 'pod-gone', exitCode: null, message };
}

export function failed(message: string): Ending {
  return { code: 'failed', exitCode: null, message };
}

/** An answer of the gateway or the apiserver that was no 101. */
export function endingOfStatus(code: number, message: string): Ending {
  const text = clean(message);
  if (code === 403 || code === 401)
    return { code: 'denied', exitCode: null, message: `You may not open a terminal here: ${text}` };
  if (code === 404) return { code: 'not-found', exitCode: null, message: text };
  if (code === 503) return { code: 'agent-offline', exitCode: null, message: text };
  return failed(text === '' ? 'The terminal could not be opened.' : text);
}

/** The `message` of a Status body; the body itself where it is none. At most 1,000 characters, none of them a control character. */
export function statusMessage(body: string): string {
  const status = parse(body);
  return clean(typeof status?.message === 'string' ? status.message : body);
}

/** Text of a cluster on its way to a screen. */
function clean(text: string): string {
  return text
    .slice(0, 1_000)
    .replaceAll(/\p{C}+/gu, ' ')
    .trim();
}

function parse(text: string): ExecStatus | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
