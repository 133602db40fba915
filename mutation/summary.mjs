// What a run found, as text: counts, and every change that nobody noticed.
import { relative } from 'node:path';

const statuses = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'RuntimeError', 'CompileError'];

/**
 * @param {string} name of the part.
 * @param {object[]} mutants as Stryker answers them.
 */
export function summary(name, mutants) {
  const count = Object.fromEntries(
    statuses.map((status) => [status, mutants.filter((mutant) => mutant.status === status).length]),
  );
  const noticed = count.Killed + count.Timeout;
  const all = noticed + count.Survived + count.NoCoverage;
  const byTimeLimit = mutants.filter(
    ({ status, statusReason = '' }) => status === 'Killed' && / timed out in \d/.test(statusReason),
  );
  const left = mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ fileName, location: { start }, mutatorName, replacement, status }) => {
      const place = `${relative(process.cwd(), fileName)}:${start.line}:${start.column}`;
      return `${place} ${status === 'NoCoverage' ? 'no test runs it: ' : ''}${mutatorName} → ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`;
    });
  return `${[
    `${name}: ${all === 0 ? 100 : ((100 * noticed) / all).toFixed(1)} % of ${all} (${statuses.map((status) => `${status} ${count[status]}`).join(', ')}; ${byTimeLimit.length} of the killed by a test's own time limit)`,
    ...left,
  ].join('\n')}\n`;
}
