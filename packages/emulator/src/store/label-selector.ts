import { badRequest } from '../api/api-error.ts';
import type { LabelSelector } from '../model/kinds.ts';

/** Whether a selector matches labels. */
export type LabelMatcher = (labels: Record<string, string>) => boolean;

const has = (labels: Record<string, string>, key: string) => Object.hasOwn(labels, key);

/**
 * Parses the text form (`app=web,tier in (a,b),!old`) of k8s.io/apimachinery/pkg/labels.
 * @throws ApiError 400.
 */
export function parseLabelSelector(text: string): LabelMatcher {
  const matchers = text.split(/,(?![^(]*\))/).flatMap((part) => (part.trim() === '' ? [] : [parseTerm(part.trim())]));
  return (labels) => matchers.every((matches) => matches(labels));
}

function parseTerm(term: string): LabelMatcher {
  const set = /^(?<key>[^\s!=()]+)\s+(?<operator>in|notin)\s*\((?<values>[^)]*)\)$/.exec(term)?.groups;
  if (set !== undefined) {
    const values = (set['values'] ?? '').split(',').map((value) => value.trim());
    return expression(set['key'] ?? '', set['operator'] === 'in' ? 'In' : 'NotIn', values);
  }
  const equality = /^(?<key>[^\s!=()]+)\s*(?<operator>==|=|!=)\s*(?<value>[^\s!=(),]*)$/.exec(term)?.groups;
  if (equality !== undefined) {
    return expression(equality['key'] ?? '', equality['operator'] === '!=' ? 'NotIn' : 'In', [equality['value'] ?? '']);
  }
  const existence = /^(?<not>!?)\s*(?<key>[^\s!=()]+)$/.exec(term)?.groups;
  if (existence !== undefined) {
    return expression(existence['key'] ?? '', existence['not'] === '!' ? 'DoesNotExist' : 'Exists', []);
  }
  throw badRequest(`unable to parse requirement: found '${term}', expected: !, identifier, or 'end of string'`);
}

function expression(key: string, operator: string, values: string[]): LabelMatcher {
  switch (operator) {
    case 'In':
      return (labels) => has(labels, key) && values.includes(labels[key] ?? '');
    case 'NotIn':
      return (labels) => !has(labels, key) || !values.includes(labels[key] ?? '');
    case 'Exists':
      return (labels) => has(labels, key);
    case 'DoesNotExist':
      return (labels) => !has(labels, key);
    default:
      return () => false;
  }
}

/** Matches the structured form. An empty selector matches everything, undefined matches nothing. */
export function matchLabels(selector: LabelSelector | undefined): LabelMatcher {
  if (selector === undefined) return () => false;
  const matchers = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => expression(key, 'In', [value])),
    ...(selector.matchExpressions ?? []).map((one) => expression(one.key, one.operator, one.values ?? [])),
  ];
  return (labels) => matchers.every((matches) => matches(labels));
}

/** The text form of a structured selector, as shown in tables. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '<none>';
  const terms = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    if (operator === 'Exists') terms.push(key);
    else if (operator === 'DoesNotExist') terms.push(`!${key}`);
    else terms.push(`${key} ${operator.toLowerCase()} (${values.join(',')})`);
  }
  return terms.length === 0 ? '<none>' : terms.sort().join(',');
}
