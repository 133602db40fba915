import { ApiError } from './api-error.ts';
import type { Fields } from './fields.ts';
import { protobufFields } from './protobuf-fields.ts';

interface WireField {
  name: string;
  type: string;
  shape: string;
  /** Whether zero is a value, as opposed to an unset field. */
  isNullable: boolean;
}

const messages = new Map(
  protobufFields
    .trim()
    .split(/\n(?=\w)/)
    .map((line) => {
      const [name = '', fields = ''] = line.split(/:\s(.*)/s);
      return [name, new Map(fields.split(',').map((text) => parseField(text.trim())))] as const;
    }),
);

function parseField(text: string): [number: number, field: WireField] {
  const [, number, name = '', mark, shape = '', type = ''] =
    /^(\d+) (\w+)(\??) (\[\]|map:|inline:)?(\w+)$/.exec(text) ?? [];
  return [Number(number), { name, type, shape, isNullable: mark === '?' }];
}

/** The four bytes in front of every protobuf body of Kubernetes. */
const MAGIC = 'k8s\0';

const unreadable = (why: string) => new ApiError(415, 'UnsupportedMediaType', `${why}; send JSON instead`);

/**
 * Decodes a body of type application/vnd.kubernetes.protobuf into its JSON equivalent.
 * @throws ApiError 415 for unknown kinds and fields, and for a corrupt body.
 */
export function decodeProtobuf(body: Buffer): unknown {
  try {
    if (body.subarray(0, 4).toString('latin1') !== MAGIC) throw unreadable('the body is not in protobuf');
    // runtime.Unknown: 1 is the type, 2 the object itself.
    const envelope = new Map(wireFields(body.subarray(4)));
    const type = new Map(wireFields(bytesOf(envelope.get(1))));
    const [apiVersion, kind] = [textOf(type.get(1)), textOf(type.get(2))];
    return { apiVersion, kind, ...decodeMessage(kind, bytesOf(envelope.get(2))) };
  } catch (error) {
    throw error instanceof ApiError ? error : unreadable('the body is damaged');
  }
}

type Wire = number | Buffer;

const bytesOf = (value: Wire | undefined) => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));
const textOf = (value: Wire | undefined) => bytesOf(value).toString('utf8');

/** The fields of a message: varints (up to 2^53) and byte strings. @throws Error, RangeError for a corrupt message. */
function wireFields(message: Buffer): [number: number, value: Wire][] {
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (shift > 63n) throw new Error('the number is too long');
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  };
  const fields: [number, Wire][] = [];
  while (at < message.length) {
    const tag = varint();
    if (tag % 8 === 0) fields.push([Math.floor(tag / 8), varint()]);
    else if (tag % 8 === 2) {
      const length = varint();
      if (length < 0 || at + length > message.length) throw new Error('the field is too long');
      fields.push([Math.floor(tag / 8), message.subarray(at, at + length)]);
      at += length;
    } else throw new Error('the wire type is unknown');
  }
  return fields;
}

function decodeMessage(type: string, message: Buffer): Fields {
  const known = messages.get(type);
  if (known === undefined) throw unreadable(`the kind ${type} is not known in protobuf here`);
  const decoded: Fields = {};
  for (const [number, wire] of wireFields(message)) {
    const field = known.get(number);
    if (field === undefined) throw unreadable(`field ${number} of ${type} is not known in protobuf here`);
    if (field.type === 'skip') continue;
    if (field.shape === 'map:')
      decoded[field.name] = { ...(decoded[field.name] as object), ...decodeEntry(field.type, wire) };
    else if (field.shape === '[]') {
      decoded[field.name] = [...((decoded[field.name] as unknown[]) ?? []), decodeValue(field.type, wire)];
    } else if (field.shape === 'inline:') Object.assign(decoded, decodeMessage(field.type, bytesOf(wire)));
    else {
      const value = decodeValue(field.type, wire);
      const isUnset = value === '' || value === null || (!field.isNullable && (value === 0 || value === false));
      if (!isUnset) decoded[field.name] = value;
    }
  }
  return decoded;
}

function decodeEntry(type: string, wire: Wire): Fields {
  const entry = new Map(wireFields(bytesOf(wire)));
  return Object.fromEntries([[textOf(entry.get(1)), decodeValue(type, entry.get(2) ?? Buffer.alloc(0))]]);
}

function decodeValue(type: string, wire: Wire): unknown {
  switch (type) {
    case 'string':
      return textOf(wire);
    case 'bytes':
      return bytesOf(wire).toString('base64');
    case 'bool':
      return wire !== 0;
    case 'int32':
    case 'int64':
      return wire;
    case 'Time': {
      const seconds = new Map(wireFields(bytesOf(wire))).get(1);
      return typeof seconds === 'number' ? new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z') : null;
    }
    case 'Quantity':
      return textOf(new Map(wireFields(bytesOf(wire))).get(1));
    case 'IntOrString': {
      const parts = new Map(wireFields(bytesOf(wire)));
      return parts.get(1) === 1 ? textOf(parts.get(3)) : (parts.get(2) ?? 0);
    }
    default:
      return decodeMessage(type, bytesOf(wire));
  }
}
