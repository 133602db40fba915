/** The exit codes of docs/cli.md. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  signedOut: 3,
  notFound: 4,
  forbidden: 5,
  conflict: 6,
  unreachable: 7,
  bug: 70,
} as const;

/** An error that the user can fix: a message that says what to do next, and an exit code. Any other error is a bug. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  /** Stable identifier for `--json`. */
  readonly code: string;

  constructor(message: string, options: { exitCode?: number; code?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? exitCodes.error;
    this.code = options.code ?? 'error';
  }
}

export function usageError(message: string): CliError {
  return new CliError(message, { exitCode: exitCodes.usage, code: 'usage' });
}
