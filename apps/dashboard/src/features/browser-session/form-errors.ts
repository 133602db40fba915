import { ApiError } from '@postern/api-client';

/** Errors of submitting a form: by field if the gateway named one, and a general one. */
export interface FormErrors {
  readonly fields: Readonly<Record<string, string>>;
  readonly general: string | undefined;
}

const noErrors: FormErrors = { fields: {}, general: undefined };

/** Errors found by a form before it is submitted, by field. */
export class InvalidForm extends Error {
  readonly fields: Readonly<Record<string, string>>;

  constructor(fields: Readonly<Record<string, string>>) {
    super(Object.values(fields).join('. '));
    this.fields = fields;
  }

  /** Throws if any field has an error. */
  static throwIfAny(fields: Readonly<Record<string, string>>): void {
    if (Object.keys(fields).length > 0) throw new InvalidForm(fields);
  }
}

/** Assigns an error (null for none) to the fields of a form; `known` are the names of its fields. */
export function formErrorsOf(error: unknown, known: readonly string[]): FormErrors {
  if (error === null) return noErrors;
  if (error instanceof InvalidForm) return { fields: error.fields, general: undefined };
  if (!(error instanceof ApiError)) {
    return { fields: {}, general: error instanceof Error ? error.message : 'Something went wrong.' };
  }
  const fields: Record<string, string> = {};
  let elsewhere = error.fields.length === 0;
  for (const { path, message } of error.fields) {
    const name = known.find((field) => path === field || path.startsWith(`${field}.`));
    if (name === undefined) elsewhere = true;
    else fields[name] ??= message;
  }
  const wait =
    error.code === 'rate-limited' && error.retryAfterSeconds !== undefined
      ? ` Try again in ${error.retryAfterSeconds} s.`
      : '';
  return { fields, general: elsewhere ? `${error.message}${wait}` : undefined };
}
