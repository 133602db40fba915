import { parseQuery } from './query.ts';

/** The two ListOptions that the apiserver uses to classify a request. */
export interface ListOptions {
  watch: boolean;
  /** The name that the field selector requires (`metadata.name=x`), otherwise empty. */
  name: string;
  /**
   * True if the name counts only if the label selector is valid, and that selector is not one of the plain ones that are
   * recognised here. An invalid one would make the apiserver ignore the name, so the request must be refused.
   */
  isUnclear: boolean;
}

/** One requirement of a label selector as people and programs write them: `a`, `!a`, `a=b`, `a!=b`, `a in (b,c)`. */
const labelKey = '(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?){0,3}/)?';
const labelName = '[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const requirement = `(?:!?${labelKey}${labelName}|${labelKey}${labelName} ?(?:==?|!=) ?(?:${labelName})?|${labelKey}${labelName} (?:not)?in \\(${labelName}(?:, ?${labelName})*\\))`;
const plainLabelSelector = new RegExp(`^(?:${requirement}(?:, ?${requirement})*)?$`);

/**
 * Reads `watch` and the name in `fieldSelector` from a raw query as the apiserver's ParameterCodec does: the first value
 * counts, only "0" and "false" are false, and if another option cannot be parsed the field selector is ignored.
 */
export function listOptions(query: string): ListOptions {
  const { values } = parseQuery(query);
  const first = (name: string): string | undefined => values.get(name)?.[0];
  const watch = isTrue(first('watch'));
  if (!isInteger(first('limit')) || !isInteger(first('timeoutSeconds'))) return { watch, name: '', isUnclear: false };
  const name = pinnedName(first('fieldSelector') ?? '');
  if (!isSegmentName(name)) return { watch, name: '', isUnclear: false };
  return { watch, name, isUnclear: name !== '' && !plainLabelSelector.test(first('labelSelector') ?? '') };
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== '0' && value.toLowerCase() !== 'false';
}

/** Go's strconv.ParseInt(base 10, 64 bits). */
function isInteger(value: string | undefined): boolean {
  if (value === undefined) return true;
  if (!/^[+-]?[0-9]+$/.test(value)) return false;
  const number = BigInt(value.replace(/^\+/, ''));
  return number === BigInt.asIntN(64, number);
}

/** `RequiresExactMatch("metadata.name")` of a field selector; empty if it has none or cannot be parsed. */
function pinnedName(selector: string): string {
  let name: string | undefined;
  for (const term of splitTerms(selector).toSorted(byBytes)) {
    const match = /(?<field>[\s\S]*?)(?<operator>!=|==|=)(?<value>[\s\S]*)/.exec(term)?.groups;
    const value = match === undefined ? undefined : unescapeValue(match['value'] ?? '');
    if (match === undefined || value === undefined) return '';
    if (match['operator'] !== '!=' && match['field'] === 'metadata.name') name ??= value;
  }
  return name ?? '';
}

/** Splits at commas that are not escaped by a backslash. */
function splitTerms(selector: string): string[] {
  return selector.match(/(?:\\[\s\S]|[^,\\]|\\$)+/g) ?? [];
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Unescapes `\\`, `\,` and `\=`; undefined for any other escape, a lone backslash and an unescaped comma or equals sign. */
function unescapeValue(value: string): string | undefined {
  if (!/^(?:\\[\\,=]|[^\\,=])*$/.test(value)) return undefined;
  return value.replaceAll(/\\([\\,=])/g, '$1');
}

function isSegmentName(name: string): boolean {
  return name !== '.' && name !== '..' && !name.includes('/') && !name.includes('%');
}
