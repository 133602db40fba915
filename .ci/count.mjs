// Prints the total of passed and failed tests, `PASSED FAILED`, of vitest's JSON reports. A missing report counts as one failure.
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    // A file that does not load has no tests, but is a failure.
    const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    failed += report.numFailedTests + broken.length;
  } catch {
    failed += 1;
  }
}
process.stdout.write(`${passed} ${failed}\n`);
