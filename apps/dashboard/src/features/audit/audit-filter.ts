import type { AuditDecision, AuditQuery } from '@postern/contracts';

/** The filters of the trail as they stand in the URL's query; '' for those that are not set. */
export interface AuditFilter {
  text: string;
  actor: string;
  cluster: string;
  action: string;
  resource: string;
  namespace: string;
  decision: string;
  /** One of `spans`. */
  span: string;
}

export const filterNames = ['text', 'actor', 'cluster', 'action', 'resource', 'namespace', 'decision', 'span'] as const;

/** What came of it, as the filter names it. */
export const outcomes: Readonly<Record<AuditDecision, string>> = {
  allowed: 'Allowed',
  refused: 'Refused',
  error: 'Failed',
};

const HOUR_MS = 3_600_000;

/** How far back the trail is shown. */
export const spans: Readonly<Record<string, { label: string; ms: number }>> = {
  '1h': { label: 'The last hour', ms: HOUR_MS },
  '24h': { label: 'The last 24 hours', ms: 24 * HOUR_MS },
  '7d': { label: 'The last 7 days', ms: 7 * 24 * HOUR_MS },
  '30d': { label: 'The last 30 days', ms: 30 * 24 * HOUR_MS },
};

/** Reads the filters from a URL's query, which anybody can write: values that are not offered count as not set. */
export function filterIn(query: URLSearchParams): AuditFilter {
  const filter = Object.fromEntries(
    filterNames.map((name) => [name, query.get(name)?.trim() ?? '']),
  ) as unknown as AuditFilter;
  return {
    ...filter,
    decision: Object.hasOwn(outcomes, filter.decision) ? filter.decision : '',
    span: Object.hasOwn(spans, filter.span) ? filter.span : '',
  };
}

export const isFiltered = (filter: AuditFilter): boolean => filterNames.some((name) => filter[name] !== '');

/** The same filters for the API. @param now the end of the time span, in milliseconds. */
export function queryOf({ span, ...words }: AuditFilter, now: number): AuditQuery {
  const given = Object.fromEntries(Object.entries(words).filter(([, value]) => value !== ''));
  const back = spans[span];
  return { ...given, ...(back && { since: new Date(now - back.ms).toISOString() }) };
}
