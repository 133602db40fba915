// The result of a run as text: counts, and every mutant that no test detected.
import { relative } from 'node:path';

const statuses = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'RuntimeError', 'CompileError'];

/**
 * @param {string} name of the part.
 * @param {object[]} mutants as returned by Stryker.
 */
export function summary(name, mutants) {
  const count = Object.fromEntries(
    statuses.map((status) => [status, mutants.filter((mutant) => mutant.status === status).length]),
  );
  const detected = count.Killed + count.Timeout;
  const all = detected + count.Survived + count.NoCoverage;
  const byTimeLimit = mutants.filter(
    ({ status, statusReason = '' }) => status === 'Killed' && / timed out in \d/.test(statusReason),
  );
  const undetected = mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ fileName, location: { start }, mutatorName, replacement, status }) => {
      const place = `${relative(process.cwd(), fileName)}:${start.line}:${start.column}`;
      return `${place} ${status === 'NoCoverage' ? 'no test runs it: ' : ''}${mutatorName} → ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`;
    });
  return `${[
    `${name}: ${all === 0 ? 100 : ((100 * detected) / all).toFixed(1)} % of ${all} (${statuses.map((status) => `${status} ${count[status]}`).join(', ')}; ${byTimeLimit.length} of the killed by a test's own time limit)`,
    ...undetected,
  ].join('\n')}\n`;
}
