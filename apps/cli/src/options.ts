import { Option } from 'commander';
import { usageError } from './cli-error.ts';
import { parseDuration } from './time.ts';

/** An option that may be given several times, or with values separated by commas. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((value: string, before: string[]) => [...before, ...value.split(',').filter(Boolean)])
    .default([], 'none');
}

/** A duration such as 1h, in seconds. */
export function durationOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(parseDuration);
}

/** `key=value` pairs as an object. @throws {CliError} usage. */
export function parseLabels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, value] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
      if (key === undefined || value === undefined)
        throw usageError(`"${pair}" is not a label. Write it as key=value.`);
      return [key, value];
    }),
  );
}
