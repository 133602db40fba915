'use client';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { type FormErrors, formErrorsOf } from './form-errors.ts';

export interface UsedForm {
  /** Of the last attempt, each at its field where it belongs to one. */
  errors: FormErrors;
  /** It is on its way, or has arrived and what follows is on its way. */
  busy: boolean;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  /** Forgets the last attempt. */
  reset: () => void;
}

/**
 * A form that is sent by `send`, once at a time. What that throws is shown: an `InvalidForm` or an answer of the gateway at the
 * fields it names, of those in `fields`.
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

/** What was written in a field, without the space around it. */
export const written = (form: FormData, field: string): string => String(form.get(field) ?? '').trim();
