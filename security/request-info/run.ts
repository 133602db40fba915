import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Random } from '../fuzz/random.ts';
import { type Answer, disagrees, ourAnswer, type Request } from './answer.ts';
import { startGoProgram } from './go-program.ts';
import { randomRequest, tableRequests } from './requests.ts';

/*
 * `npm run fuzz:request-info -- --cases 1000000`: compares our parser with kube-apiserver's own on generated requests.
 * `npm run fuzz:request-info -- --write-table`: writes table.tsv, which `npm test` compares.
 */

const batch = 2_000;
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now()) },
    'write-table': { type: 'boolean', default: false },
  },
});

const go = startGoProgram();
try {
  process.exitCode = values['write-table'] ? await writeTable() : await compare(Number(values.cases), values.seed);
} finally {
  await go.stop();
}

async function writeTable(): Promise<number> {
  const requests = tableRequests();
  const answers = await go.ask(requests);
  const rows = requests.map(({ method, target }, index) => `${method}\t${target}\t${JSON.stringify(answers[index])}`);
  writeFileSync(new URL('./table.tsv', import.meta.url), `${rows.join('\n')}\n`);
  console.log(`${rows.length} rows`);
  return 0;
}

async function compare(cases: number, seed: string): Promise<number> {
  const began = Date.now();
  const counts = { passed: 0, refused: 0, different: 0 };
  for (let from = 0; from < cases; from += batch) {
    const requests = Array.from({ length: Math.min(batch, cases - from) }, (_, index) =>
      randomRequest(new Random(`${seed} ${from + index}`)),
    );
    const theirs = await go.ask(requests);
    for (const [index, request] of requests.entries()) count(request, theirs[index] ?? ['invalid']);
  }
  const seconds = ((Date.now() - began) / 1_000).toFixed(0);
  console.log(`seed ${seed}: ${cases} requests in ${seconds} s; ${counts.passed} passed on, ${counts.refused} refused`);
  console.log(`${counts.different} read in another way than by kube-apiserver`);
  return counts.different === 0 ? 0 : 1;

  function count(request: Request, theirs: Answer): void {
    const ours = ourAnswer(request);
    counts[ours[0] === 'refused' ? 'refused' : 'passed']++;
    if (!disagrees(ours, theirs)) return;
    if (++counts.different > 20) return;
    console.log(
      `${request.method} ${request.target}\n  ours   ${JSON.stringify(ours)}\n  theirs ${JSON.stringify(theirs)}`,
    );
  }
}
