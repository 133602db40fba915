import type { ServerResponse } from 'node:http';
import { shapeOfCustomResource } from '../schema/custom-shape.ts';
import { open, type Shape, shapeOfType } from '../schema/shape.ts';
import { ApiError, badRequest } from './api-error.ts';
import { bodyFormat } from './body.ts';
import type { BodyValidation, ResourceExchange } from './exchange.ts';
import { fieldProblems, undeclaredField } from './field-problems.ts';
import { isFields } from './fields.ts';
import { propertiesOfText, propertiesOfValue, repeatedKeys } from './property-path.ts';
import type { Resource } from './resources.ts';
import { sendWarnings } from './warnings.ts';

const APPLY = 'application/apply-patch+yaml';

/** The text of a body, and what it contains. */
interface Body {
  bytes: Buffer;
  value: unknown;
}

/**
 * What becomes of fields that a kind does not have, or that a body gives twice, as `fieldValidation` asks: `Strict` refuses them,
 * `Warn` (the default) sends a warning for each, `Ignore` does nothing.
 */
export class FieldValidation implements BodyValidation {
  readonly #directive: string;
  readonly #response: ServerResponse;
  readonly #kind: string;
  readonly #version: string;
  readonly #shape: Shape;
  readonly #body: Body;
  readonly #contentType: string;
  /** Whether the body is a patch, which is judged by what it makes of the object. */
  readonly #isPatch: boolean;

  /** @throws ApiError 422 for an unknown directive. */
  constructor({ query, verb, resource, subresource, request, response }: ResourceExchange, body: Body) {
    this.#directive = directiveOf(query.get('fieldValidation') ?? '', verb);
    this.#response = response;
    const part = subresource === 'scale' ? { kind: 'Scale', version: 'v1' } : resource;
    this.#kind = part.kind;
    this.#version = part.version;
    this.#shape = shapeOf(resource, part.kind);
    this.#body = body;
    this.#contentType = request.headers['content-type']?.split(';')[0]?.trim() ?? '';
    this.#isPatch = verb === 'patch' && this.#contentType !== APPLY;
  }

  /**
   * Checks a whole object that was sent.
   * @throws ApiError 400 with the wording of the apiserver's decoder.
   */
  checkObject(): void {
    if (this.#isPatch || this.#directive === 'Ignore' || this.#contentType === APPLY) return;
    const { bytes, value } = this.#body;
    const format = bodyFormat(this.#contentType);
    const repeated = format === 'yaml' ? repeatedKeys(bytes.toString()) : [];
    const paths = format === 'json' ? propertiesOfText(bytes.toString()) : propertiesOfValue(value);
    const problems = fieldProblems(paths, this.#shape);
    this.#judge([...repeated, ...problems], () => {
      const all = [...(repeated.length === 0 ? [] : [unmarshalErrors(repeated)]), ...problems];
      return badRequest(
        `${this.#kind} in version "${this.#version}" cannot be handled as a ${this.#kind}: strict decoding error: ${all.join(', ')}`,
      );
    });
  }

  /**
   * Checks the result of a patch.
   * @throws ApiError 422 with the wording of the apiserver's decoder.
   */
  checkPatched(patched: unknown): void {
    if (!this.#isPatch || this.#directive === 'Ignore') return;
    const repeated = this.#inPatch();
    const unknown = fieldProblems(propertiesOfValue(patched), this.#shape);
    this.#judge([...repeated, ...unknown], (problems) => {
      const isStrategic = this.#contentType === 'application/strategic-merge-patch+json';
      const shown = isStrategic ? goMap(this.#body.value) : JSON.stringify(patched);
      const message = `Invalid value: ${JSON.stringify(shown)}: strict decoding error: ${problems.join(', ')}`;
      return invalidOption('', 'patch', { reason: 'FieldValueInvalid', message });
    });
  }

  /**
   * Checks an applied configuration, whose fields the schema must always declare.
   * @throws ApiError 500 as the apiserver does, 400 for repeated keys.
   */
  checkApplied(): void {
    const { bytes, value } = this.#body;
    if (this.#directive !== 'Ignore') {
      const repeated = repeatedKeys(bytes.toString());
      this.#judge(repeated, (problems) =>
        badRequest(`error strict decoding YAML: error converting YAML to JSON: ${unmarshalErrors(problems)}`),
      );
    }
    const field = undeclaredField(value, this.#shape);
    if (field === undefined || !isFields(value)) return;
    const { name = '', namespace = '' } = isFields(value['metadata']) ? value['metadata'] : {};
    const what = `${String(namespace)}/${String(name)}; ${String(value['apiVersion'])}, Kind=${this.#kind}`;
    const message = `failed to create typed patch object (${what}): ${field}: field not declared in schema`;
    throw new ApiError(500, '', message);
  }

  /** Refuses, or warns of each problem. */
  #judge(problems: string[], refusal: (problems: string[]) => ApiError): void {
    if (problems.length === 0) return;
    if (this.#directive === 'Strict') throw refusal(problems);
    sendWarnings(this.#response, problems);
  }

  /** What is wrong with the text of a patch itself: fields given twice, and fields that no operation of a JSON patch has. */
  #inPatch(): string[] {
    const paths = propertiesOfText(this.#body.bytes.toString());
    if (this.#contentType !== 'application/json-patch+json') return fieldProblems(paths, open);
    return fieldProblems(paths, operation).map((problem) => `json patch ${problem}`);
  }
}

/** An operation of a JSON patch (RFC 6902). */
const operation: Shape = {
  field: (name) => (['op', 'path', 'from', 'value'].includes(name) ? open : undefined),
};

function shapeOf({ definition, version }: Resource, kind: string): Shape {
  if (definition === undefined || kind === 'Scale') return shapeOfType(kind) ?? open;
  return shapeOfCustomResource(
    definition.spec.versions.find((one) => one.name === version)?.schema?.openAPIV3Schema ?? undefined,
  );
}

const directives = ['', 'Ignore', 'Strict', 'Warn'];

function directiveOf(directive: string, verb: string): string {
  if (directives.includes(directive)) return directive;
  const options = { create: 'CreateOptions', update: 'UpdateOptions' }[verb] ?? 'PatchOptions';
  const known = directives.map((one) => JSON.stringify(one)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(directive)}: supported values: ${known}`;
  throw invalidOption(`${options}.meta.k8s.io`, 'fieldValidation', { reason: 'FieldValueNotSupported', message });
}

function invalidOption(
  kind: string,
  field: string,
  { reason, message }: { reason: string; message: string },
): ApiError {
  const [name = '', ...group] = kind.split('.');
  return new ApiError(422, 'Invalid', `${kind} "" is invalid: ${field}: ${message}`, {
    ...(group.length === 0 ? {} : { group: group.join('.') }),
    ...(name === '' ? {} : { kind: name }),
    causes: [{ reason, message, field }],
  });
}

const unmarshalErrors = (problems: string[]): string => `yaml: unmarshal errors:\n  ${problems.join('\n  ')}`;

/** A value as Go's `%+v` prints it, as in the apiserver's messages about patches. */
function goMap(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!isFields(value)) return String(value);
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `map[${fields.map(([name, item]) => `${name}:${goMap(item)}`).join(' ')}]`;
}
