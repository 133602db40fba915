import { list, strings, text } from '#features/kube/read.ts';

/**
 * The selector of a workload (`spec.selector`) as text for a request: `matchLabels` and `matchExpressions`, or, for services
 * and replication controllers, labels alone. Undefined if it selects nothing.
 */
export function selectorText(selector: unknown): string | undefined {
  const labels = Object.entries({ ...strings(selector, 'matchLabels'), ...plainLabels(selector) });
  const terms = [
    ...labels.map(([key, value]) => `${key}=${value}`),
    ...list(selector, 'matchExpressions').flatMap((expression) => expressionText(expression) ?? []),
  ];
  return terms.length === 0 ? undefined : terms.join(',');
}

function plainLabels(selector: unknown): Record<string, string> {
  const { matchLabels: _, matchExpressions: __, ...labels } = strings(selector);
  return labels;
}

function expressionText(expression: unknown): string | undefined {
  const key = text(expression, 'key');
  const values = list(expression, 'values').flatMap((value) => (typeof value === 'string' ? [value] : []));
  switch (text(expression, 'operator')) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return undefined;
  }
}
