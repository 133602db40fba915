import type { CallArguments, CallResult, Client, StreamedOperation } from '@postern/api-client';
import type { OperationId } from '@postern/contracts';
import { CliError, exitCodes, usageError } from './cli-error.ts';
import { type Context, Contexts } from './contexts.ts';
import { connect, explain, parseGatewayUrl, readAuthority } from './gateway.ts';
import type { Io } from './io.ts';
import { printable } from './printable.ts';

/** Options of every command. */
export interface CommonOptions {
  url?: string;
  caFile?: string;
  organization?: string;
  json?: boolean;
}

/** One run of a command: which gateway it calls, and how it prints. */
export class Invocation {
  readonly io: Io;
  readonly options: CommonOptions;
  readonly contexts: Contexts;

  constructor(io: Io, options: CommonOptions) {
    this.io = io;
    this.options = options;
    this.contexts = new Contexts(io);
  }

  /** The gateway's URL from the option or `POSTERN_URL`. */
  get url(): string | undefined {
    const given = this.options.url ?? this.io.env['POSTERN_URL'];
    return given === undefined || given === '' ? undefined : parseGatewayUrl(given);
  }

  /** @throws {CliError} not signed in. */
  get context(): Context {
    const context = this.contexts.need(this.url);
    return this.options.caFile === undefined ? context : { ...context, caPem: readAuthority(this.options.caFile) };
  }

  /** Slug of the chosen organization. @throws {CliError} usage. */
  get organization(): string {
    const organization = this.options.organization ?? this.io.env['POSTERN_ORGANIZATION'] ?? this.context.organization;
    if (!organization) throw usageError('Name the organization with --organization; `postern whoami` lists yours.');
    return organization;
  }

  /** Calls as the signed-in user. @throws {CliError} */
  async call<O extends OperationId>(operation: O, args: CallArguments<O>): Promise<CallResult<O>> {
    const { url, caPem, token } = this.context;
    return this.callAt({ url, caPem, token }, operation, args);
  }

  /** Calls a gateway, signed in or not. @throws {CliError} */
  async callAt<O extends OperationId>(
    target: { url: string; caPem: string | null; token?: string },
    operation: O,
    args: CallArguments<O>,
  ): Promise<CallResult<O>> {
    try {
      return await connect(target).call(operation, args);
    } catch (error) {
      throw explain(error, target.url);
    }
  }

  /** Calls an operation whose body is a stream, as the signed-in user. @throws {CliError} */
  async stream<O extends StreamedOperation>(operation: O, args: CallArguments<O>): Promise<ReadableStream<Uint8Array>> {
    const { url, caPem, token } = this.context;
    try {
      return await connect({ url, caPem, token }).stream(operation, args);
    } catch (error) {
      throw explain(error, url);
    }
  }

  /** The lines of an operation that streams its response, as the signed-in user. @throws {CliError} */
  async *lines(...[operation, args]: Parameters<Client['lines']>): AsyncGenerator<string> {
    const { url, caPem, token } = this.context;
    try {
      yield* connect({ url, caPem, token }).lines(operation, args);
    } catch (error) {
      throw explain(error, url);
    }
  }

  /** Prints `value` as JSON under `--json`, otherwise calls `human`. */
  print(value: unknown, human: () => string): void {
    this.io.out(this.options.json ? `${JSON.stringify(value, null, 2)}\n` : human());
  }

  /** Prints a hint for people; not under `--json`. */
  hint(text: string): void {
    if (!this.options.json) this.io.err(`${text}\n`);
  }

  /** Asks for confirmation. @throws {CliError} if the user declines, or cannot be asked and did not pass `--yes`. */
  async confirm(question: string, yes: boolean | undefined): Promise<void> {
    if (yes) return;
    if (!this.io.isInteractive) throw usageError(`${question} Say --yes to do it without being asked.`);
    const answer = await this.io.ask(`${printable(question)} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) {
      throw new CliError('Nothing was done.', { exitCode: exitCodes.error, code: 'declined' });
    }
  }
}
