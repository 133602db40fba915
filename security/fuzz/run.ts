import { parseArgs } from 'node:util';
import { fuzz } from './runner.ts';
import { targets } from './targets/index.ts';

const usage = `usage: npm run fuzz -- [--cases 100000] [--seed TEXT] [--target NAME[,NAME…]] [--only N | --only N-M]
targets: ${targets.map(({ name }) => name).join(', ')}\n`;

/** `npm run fuzz`: sends a running gateway random variants of everything that a stranger, a tenant or a cluster can send. */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now()) },
    target: { type: 'string', default: targets.map(({ name }) => name).join(',') },
    only: { type: 'string' },
  },
});
const named = values.target.split(',');
const unknown = named.filter((name) => !targets.some((target) => target.name === name));
const cases = Number(values.cases);
const range = /^(\d+)(?:-(\d+))?$/.exec(values.only ?? '0');
if (unknown.length > 0 || !Number.isInteger(cases) || cases < 1 || range === null) {
  process.stderr.write(usage);
  process.exit(2);
}

console.log(`seed ${values.seed}`);
const result = await fuzz({
  targets: targets.filter(({ name }) => named.includes(name)),
  cases,
  seed: values.seed,
  only: values.only === undefined ? undefined : { from: Number(range[1]), to: Number(range[2] ?? range[1]) },
  onProgress: (line) => console.log(line),
});
console.log(
  `${result.cases} cases, ${result.failures.length} failures; the gateway used at most ${(result.residentPeak / 2 ** 20).toFixed(0)} MiB of memory`,
);
process.exitCode = result.failures.length === 0 ? 0 : 1;
