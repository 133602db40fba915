import { parseArgs } from 'node:util';
import { effectColumns, effectRow, measureEach } from '../soak/each.ts';
import { soak } from '../soak/soak.ts';
import { measureStalledStreams } from '../soak/stalled-streams.ts';
import { judge } from '../soak/verdict.ts';
import { attacks } from './index.ts';

/**
 * `npm run attacks`: runs all attacks at once alongside an honest tenant and prints a table and a verdict. `--minutes 10` sets the
 * duration, `--only "slow-heads,REST flood"` selects attacks, `--each` runs each alone for 10 s, `--only stalled-streams` measures
 * the memory of 400 stalled streams, `--json` prints the figures as JSON.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    only: { type: 'string' },
    each: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const names = values.only?.split(',') ?? attacks.map(({ name }) => name);
const known = ['stalled-streams', ...attacks.map(({ name }) => name)];
if (!(minutes > 0) || names.some((name) => !known.includes(name))) {
  process.stderr.write(
    `usage: npm run attacks -- [--minutes N] [--only NAME[,NAME…]] [--each] [--json]\nattacks: ${known.join(', ')}\n`,
  );
  process.exit(2);
}
const say = (line: string): void => {
  if (!values.json) console.log(line);
};

if (values.only === 'stalled-streams') {
  const result = await measureStalledStreams({ downloads: 200, uploads: 200 });
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  if (values.json) console.log(JSON.stringify(result, null, 1));
  say(`${result.downloads} downloads and ${result.uploads} uploads that nobody reads`);
  say(`peak memory: gateway ${mib(result.gatewayPeak)}, agent ${mib(result.agentPeak)}`);
  process.exitCode = result.isServing ? 0 : 1;
} else if (values.each) {
  const line = (cells: readonly string[]): void => say(`| ${cells.join(' | ')} |`);
  line(effectColumns);
  line(effectColumns.map(() => '---'));
  await measureEach(names, {
    quietMs: 4_000,
    attackMs: 10_000,
    onEffect: (effect) => (values.json ? console.log(JSON.stringify(effect)) : line(effectRow(effect))),
  });
} else {
  const attackMs = minutes * 60_000;
  const result = await soak({ attackMs, quietMs: Math.max(15_000, attackMs / 5), names, onProgress: say });
  const verdict = judge(result, names);
  if (values.json) console.log(JSON.stringify({ ...result, verdict }, null, 1));
  say('\n| attack | intended rate | sent |\n|---|---|--:|');
  for (const { name, rate } of attacks)
    if (names.includes(name)) say(`| ${name} | ${rate} | ${result.sent[name] ?? 0} |`);
  say('\n| | quiet | under attack | limit | |\n|---|--:|--:|--:|:-:|');
  for (const { name, quiet, attacked, limit, ok } of verdict.rows)
    say(`| ${name} | ${quiet} | ${attacked} | ${limit} | ${ok ? '✓' : '✗'} |`);
  for (const problem of [...result.problems, ...result.attacked.failures].slice(0, 10)) say(problem);
  say(verdict.ok ? `\npassed: ${minutes} min of ${names.length} attacks` : '\nFAILED');
  process.exitCode = verdict.ok ? 0 : 1;
}
