import { ApiError } from '@postern/api-client';
import { expect, it } from 'vitest';
import { formErrorsOf } from './form-errors.ts';

const refused = (fields?: { path: string; message: string }[]) =>
  new ApiError(400, { code: 'invalid-request', message: 'No.', ...(fields && { fields }) });

it('assigns each field its first error', () => {
  const errors = formErrorsOf(
    refused([
      { path: 'email', message: 'a' },
      { path: 'email', message: 'b' },
      { path: 'labels.team', message: 'c' },
    ]),
    ['email', 'labels'],
  );
  expect(errors).toEqual({ fields: { email: 'a', labels: 'c' }, general: undefined });
});

it('reports an error without a field as general', () => {
  expect(formErrorsOf(refused(), ['email']).general).toBe('No.');
  expect(formErrorsOf(refused([{ path: 'other', message: 'x' }]), ['email']).general).toBe('No.');
  expect(formErrorsOf(new TypeError('gone'), []).general).toBe('gone');
});

it('says how long to wait', () => {
  const error = new ApiError(429, { code: 'rate-limited', message: 'Too many tries.' }, 30);
  expect(formErrorsOf(error, []).general).toBe('Too many tries. Try again in 30 s.');
});
