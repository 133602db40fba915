/** The parameters of a path, decoded. */
export type Params = Readonly<Record<string, string>>;

/** The parameters of `pathname` if it matches `pattern`, whose segments are literal or, like `:cluster`, match any one segment. */
export function matchPattern(pattern: string, pathname: string): Params | undefined {
  const expected = pattern.split('/');
  const segments = pathname.split('/');
  if (expected.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const segment = segments[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== segment) return undefined;
    } else {
      const value = decode(segment);
      if (value === undefined || value === '') return undefined;
      params[part.slice(1)] = value;
    }
  }
  return params;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
