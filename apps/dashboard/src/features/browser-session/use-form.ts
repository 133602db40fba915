'use client';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { type FormErrors, formErrorsOf } from './form-errors.ts';

export interface UsedForm {
  /** Errors of the last attempt, by field if they belong to one. */
  errors: FormErrors;
  /** Whether the form is being submitted, or the step after it is in progress. */
  busy: boolean;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  /** Clears the errors of the last attempt. */
  reset: () => void;
}

/**
 * A form submitted by `send`, one submission at a time. Errors of `send` are shown: those of an `InvalidForm` or of the gateway
 * at the fields that they name, if these are in `fields`.
 */
export function useForm(fields: readonly string[], send: (form: FormData) => Promise<unknown>): UsedForm {
  const { mutate, reset, error, isPending, isSuccess } = useMutation({ mutationFn: send });
  return {
    errors: formErrorsOf(error, fields),
    busy: isPending || isSuccess,
    onSubmit: (event) => {
      event.preventDefault();
      mutate(new FormData(event.currentTarget));
    },
    reset,
  };
}

/** The trimmed value of a field. */
export const written = (form: FormData, field: string): string => String(form.get(field) ?? '').trim();
