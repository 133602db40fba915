/** Encodes Protocol Buffers: only fields of strings and messages, which is all that OpenAPI needs. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Encodes one field: text, or a message given as its encoded fields. */
export function field(number: number, value: string | Buffer[]): Buffer {
  const content = typeof value === 'string' ? Buffer.from(value) : Buffer.concat(value);
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}
