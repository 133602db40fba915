// Prints the total of passed and failed tests, `PASSED FAILED`, of vitest's JSON reports, then a line for each failure.
// A missing report counts as one failure.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

let passed = 0;
const failures = [];
for (const path of process.argv.slice(2)) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    failures.push(`${path} is missing`);
    continue;
  }
  passed += report.numPassedTests;
  for (const { name, status, message, assertionResults } of report.testResults) {
    const file = relative(process.cwd(), name);
    // A file that does not load has no tests, but is a failure.
    if (status === 'failed' && assertionResults.length === 0) failures.push(`${file}: ${firstLine(message)}`);
    for (const test of assertionResults)
      if (test.status === 'failed')
        failures.push(`${file}: ${test.fullName}: ${firstLine(test.failureMessages.join('\n'))}`);
  }
}
process.stdout.write([`${passed} ${failures.length}`, ...failures, ''].join('\n'));

function firstLine(text) {
  return text.split('\n', 1)[0].slice(0, 300);
}
