/** An error that the person who runs the agent can fix: printed without a stack, with the exit code of docs/cli.md. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Wrong usage, or a permanently refused join token: trying again would not help. */
export const exitRefused = 2;
