import { KubeError } from '#features/kube/kube-error.ts';
import { list, text } from '#features/kube/read.ts';
import type { Manifest, TextProblem } from './manifests.ts';

/** A problem with one field, as the apiserver names it: `spec.containers[0].image`. */
interface FieldCause {
  field: string;
  message: string;
}

/** The fields that a refusal is about. Strict validation and the decoder name theirs only in the message. */
export function fieldCauses(error: unknown): readonly FieldCause[] {
  if (!(error instanceof KubeError)) return [];
  const causes = list(error.details, 'causes').flatMap((cause) => {
    const field = text(cause, 'field') ?? '';
    return field === '' ? [] : { field, message: text(cause, 'message') ?? '' };
  });
  if (causes.length > 0) return causes;
  const strict = [...error.message.matchAll(/\b((?:unknown|duplicate) field) "([^"]+)"/g)].map(
    ([, message = '', field = '']) => ({ field, message: message.charAt(0).toUpperCase() + message.slice(1) }),
  );
  if (strict.length > 0) return strict;
  const [, value, field, type] =
    /cannot unmarshal (.+?) into Go struct field \w+\.([\w.]+) of type ([\w.]+)/.exec(error.message) ?? [];
  if (field !== undefined) return [{ field, message: `Must be ${type}, not ${value}` }];
  const [, path, problem] =
    /cannot be handled as an? \w+: ([\w./-]+(?:\[[^\]]*\][\w./-]*)*): (.+)$/s.exec(error.message) ?? [];
  return path === undefined || problem === undefined || path === 'json' ? [] : [{ field: path, message: problem }];
}

/** A problem with a field, and the field's value at the time. */
export interface Refused extends FieldCause {
  was: string;
}

/** Notes the values that were refused. */
export const refusedIn = (manifest: Manifest | undefined, error: unknown): Refused[] =>
  fieldCauses(error).map((cause) => ({ ...cause, was: manifest?.find(cause.field).text ?? '' }));

/** Refusals at their lines in the text as it is now, without those of values that have been changed since. */
export function placeRefusals(manifest: Manifest | undefined, refused: readonly Refused[]): TextProblem[] {
  return refused.flatMap(({ field, message, was }) => {
    const place = manifest?.find(field);
    return place === undefined || place.text !== was
      ? []
      : { line: place.line, message: field === '' ? message : `${field}: ${message}` };
  });
}
