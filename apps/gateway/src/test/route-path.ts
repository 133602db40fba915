import type { Route } from '@postern/contracts';

/** An id and a name of nothing. */
const nothing = '0190aaaa-0000-7000-8000-00000000ffff';

/** The path of a route with these parameters; the others name nothing that exists. */
export function routePath({ path }: Pick<Route, 'path'>, params: Record<string, string> = {}): string {
  return `/api/v1${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? nothing)}`;
}
