import type { TerminalEndCode } from '@postern/contracts';
import { printable } from '@postern/mux';
import { z } from 'zod';

/** How a terminal ended, with a message for people. */
export interface Ending {
  code: TerminalEndCode;
  exitCode: number | null;
  message: string;
}

/** A text from the cluster; any other type counts as empty. */
const Text = z.string().catch('');
const Causes = z.array(z.object({ reason: Text, message: Text }).catch({ reason: '', message: '' }));

/** The fields of a metav1.Status that say how a process ended. Each may be missing or of another type. */
const Status = z.object({
  status: Text,
  reason: Text,
  message: Text,
  details: z.object({ causes: Causes.catch([]) }).catch({ causes: [] }),
});

/** Longer texts are not parsed; a Status has a few hundred bytes. */
const maxStatusLength = 64 * 1024;

/**
 * Reads the Status on the error channel of v4.channel.k8s.io. Never throws: the text comes from the tenant's cluster.
 * `NonZeroExitCode` carries the code as a cause `ExitCode` (apimachinery/pkg/util/remotecommand).
 */
export function readEnding(text: string): Ending {
  const status = parse(text);
  if (status === undefined) return failed('The cluster did not say how the shell ended.');
  if (status.status === 'Success') return exited(0);
  if (status.reason === 'NonZeroExitCode') {
    const exitCode = status.details.causes.find(({ reason }) => reason === 'ExitCode')?.message ?? '';
    if (/^-?\d{1,10}$/.test(exitCode)) return exited(Number(exitCode));
  }
  const { message } = status;
  if (/executable file not found|no such file or directory|not found in \$PATH/i.test(message)) return noShell();
  if (/container not found|not found|is not running|not created or running|is terminated/i.test(message)) {
    return podGone('The container is no longer running.');
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

/** For a response of the gateway or the apiserver other than 101. */
export function endingOfStatus(code: number, message: string): Ending {
  const text = clean(message);
  if (code === 403 || code === 401)
    return { code: 'denied', exitCode: null, message: `You are not allowed to open a terminal here: ${text}` };
  if (code === 404) return { code: 'not-found', exitCode: null, message: text };
  if (code === 429) return { code: 'limit', exitCode: null, message: text };
  if (code === 503) return { code: 'agent-offline', exitCode: null, message: text };
  return failed(text === '' ? 'The terminal could not be opened.' : text);
}

/** The `message` of a Status, or else the body itself: at most 1,000 characters, without control characters. */
export function statusMessage(body: string): string {
  const message = parse(body)?.message ?? '';
  return clean(message === '' ? body : message);
}

/** Makes a cluster's text safe to display. */
function clean(text: string): string {
  return printable(text.slice(0, 1_000)).replaceAll(/ {2,}/g, ' ').trim();
}

/** Undefined for anything but a JSON object. */
function parse(text: string): z.infer<typeof Status> | undefined {
  if (text.length > maxStatusLength) return undefined;
  try {
    return Status.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
