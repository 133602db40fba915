import { ApiError } from '@postern/api-client';

/** An error of a form's call: by field where the gateway named one, and what belongs to no field. */
export interface FormErrors {
  readonly fields: Readonly<Record<string, string>>;
  readonly general: string | undefined;
}

const noErrors: FormErrors = { fields: {}, general: undefined };

/** What a form finds wrong before it is sent, by field. */
export class InvalidForm extends Error {
  readonly fields: Readonly<Record<string, string>>;

  constructor(fields: Readonly<Record<string, string>>) {
    super(Object.values(fields).join('. '));
    this.fields = fields;
  }

  /** Throws one if any field has an error. */
  static throwIfAny(fields: Readonly<Record<string, string>>): void {
    if (Object.keys(fields).length > 0) throw new InvalidForm(fields);
  }
}

/** Sorts an error (null: none) to the fields of a form; `known` are the form's own names. */
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
