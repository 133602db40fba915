import { badRequest } from '../api/api-error.ts';
import { parseQuantity } from '../model/quantity.ts';
import { type Field, type Type, typeNamed, typeOfKind } from './types.ts';

/**
 * Checks that known fields have the right type and that required ones are present.
 * @param decoded called in between, because an apiserver looks for missing fields only in what could be decoded.
 * @throws ApiError 400 with the wording of the apiserver's decoder.
 */
export function validateKind(kind: string, object: Record<string, unknown>, decoded: () => void = () => {}): void {
  const refuse = (path: string, problem: string) =>
    badRequest(
      `${kind} in version "${String(object['apiVersion'])}" cannot be handled as a ${kind}: ${path}: ${problem}`,
    );
  const missing: string[] = [];
  checkFields(typeOfKind(kind), object, '', { refuse, missing });
  decoded();
  const [first] = missing;
  if (first !== undefined) throw refuse(first, 'Required value');
}

/** How a check ends: with an error for a wrong type, and with the paths of missing fields. */
interface Findings {
  refuse: (path: string, problem: string) => Error;
  missing: string[];
}

function checkFields(type: Type, value: unknown, path: string, findings: Findings): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw findings.refuse(path, `expected an object of type ${type.name}`);
  }
  for (const field of type.fields.values()) {
    const at = path === '' ? field.name : `${path}.${field.name}`;
    const item = (value as Record<string, unknown>)[field.name];
    if (item === undefined || item === null) {
      if (field.required) findings.missing.push(at);
    } else if (field.list) {
      if (!Array.isArray(item)) throw findings.refuse(at, 'expected a list');
      item.forEach((one, index) => {
        checkValue(field, one, `${at}[${index}]`, findings);
      });
    } else if (field.map) {
      if (typeof item !== 'object' || Array.isArray(item)) throw findings.refuse(at, 'expected a map');
      for (const [key, one] of Object.entries(item)) checkValue(field, one, `${at}.${key}`, findings);
    } else {
      checkValue(field, item, at, findings);
    }
  }
}

function checkValue(field: Field, value: unknown, path: string, findings: Findings): void {
  const type = typeNamed(field.type);
  if (type !== undefined) checkFields(type, value, path, findings);
  else if (!isPlain(field.type, value))
    throw findings.refuse(path, `cannot unmarshal ${describe(value)} into ${field.type}`);
}

function isPlain(type: string, value: unknown): boolean {
  switch (type) {
    case 'string':
    case 'time':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'intOrString':
      return typeof value === 'string' || Number.isSafeInteger(value);
    case 'quantity':
      return (typeof value === 'string' || typeof value === 'number') && parseQuantity(value) !== undefined;
    default:
      return true;
  }
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}
