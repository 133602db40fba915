import type { CallArguments, CallResult } from '@postern/api-client';
import type { OperationId } from '@postern/contracts';
import type { Command } from 'commander';
import { askFor } from './ask.ts';
import { CliError, exitCodes } from './cli-error.ts';
import type { CommonOptions, Invocation } from './invocation.ts';
import { proofOf } from './proof.ts';

interface ProofOptions extends CommonOptions {
  /** Proves a second factor where one is asked for. */
  code?: string;
}

/** Adds the option for commands that need a fresh proof. */
export function proving(command: Command): Command {
  return command.option('--code <code>', 'proves your second factor: a code of your app, or a recovery code');
}

/**
 * Calls an operation that needs a fresh proof: with `--code` it is given first; otherwise the user is asked when the gateway wants
 * it. @throws {CliError}
 */
export async function callFresh<O extends OperationId>(
  invocation: Invocation,
  operation: O,
  args: CallArguments<O>,
): Promise<CallResult<O>> {
  const { code }: ProofOptions = invocation.options;
  if (code !== undefined) await invocation.call('stepUp', { body: proofOf(code) });
  try {
    return await invocation.call(operation, args);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'step-up-required' || !invocation.io.isInteractive) throw error;
    await askForProof(invocation);
    return invocation.call(operation, args);
  }
}

async function askForProof(invocation: Invocation): Promise<void> {
  const { secondFactor } = await invocation.call('getAccount', {});
  const { totp, passkeys, recoveryCodes } = secondFactor;
  if (!totp && passkeys > 0 && recoveryCodes === 0)
    throw new CliError('Only a passkey can prove that it is you. Do this in the dashboard.', {
      exitCode: exitCodes.forbidden,
      code: 'step-up-required',
    });
  const body =
    totp || passkeys > 0
      ? proofOf(await askFor(invocation, 'Code: ', { option: '--code' }))
      : { password: await askFor(invocation, 'Password: ', { option: '--code', secret: true }) };
  await invocation.call('stepUp', { body });
}
