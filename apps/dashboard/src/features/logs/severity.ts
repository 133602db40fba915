/** How serious a line is; `unknown` if it does not say. */
export type Severity = 'error' | 'warn' | 'info' | 'debug' | 'unknown';

/** Which lines a filter by severity keeps: those of at least this severity. */
export type SeverityFloor = 'all' | 'info' | 'warn' | 'error';

const RANK: Record<Severity, number> = { debug: 0, info: 1, unknown: 1, warn: 2, error: 3 };
const FLOOR: Record<SeverityFloor, number> = { all: 0, info: 1, warn: 2, error: 3 };

const names: Readonly<Record<string, Severity>> = {
  emerg: 'error',
  emergency: 'error',
  alert: 'error',
  fatal: 'error',
  panic: 'error',
  dpanic: 'error',
  critical: 'error',
  crit: 'error',
  severe: 'error',
  error: 'error',
  err: 'error',
  eror: 'error',
  warning: 'warn',
  warn: 'warn',
  notice: 'info',
  information: 'info',
  informational: 'info',
  info: 'info',
  log: 'info',
  debug: 'debug',
  dbug: 'debug',
  verbose: 'debug',
  trace: 'debug',
};
/** The first letter of klog and glog lines. */
const letters: Readonly<Record<string, Severity>> = { I: 'info', W: 'warn', E: 'error', F: 'error' };

/** Only the beginning of a line is searched, in characters: a level comes first, and lines may be long. */
const SEARCHED = 256;
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
const FIELD =
  /["']?\b(?:level|lvl|severity|log[_.]level|levelname|loglevel|@l)["']?\s*[=:]\s*["']?([A-Za-z]+|\d{2}\b)/i;
// A word in capitals anywhere near the beginning, or any word in brackets or before a colon at the very beginning.
const WORD =
  /\b(EMERG|ALERT|FATAL|PANIC|CRITICAL|CRIT|SEVERE|ERROR|ERR|WARNING|WARN|NOTICE|INFO|DEBUG|TRACE|VERBOSE|LOG)\b|\[(fatal|panic|critical|crit|error|err|warning|warn|notice|info|debug|trace)\]|^(?:\w+\s)?(fatal|panic|error|warning|[\w.]*(?:Error|Exception)):/;
const CONTINUES = /^(?:\s+\S|Caused by: |\.\.\. \d+ more|Traceback |goroutine \d+ \[)/;

/**
 * The severity that a line states: a field of JSON or logfmt, klog's letter, or a word near the beginning. Lines that continue
 * another one, such as those of a stack trace, have the severity of the line `before` them.
 */
export function severityOf(text: string, before: Severity): Severity {
  if (CONTINUES.test(text)) return before;
  const start = text.length > SEARCHED ? text.slice(0, SEARCHED) : text;
  const field = FIELD.exec(start)?.[1];
  if (field !== undefined) return names[field.toLowerCase()] ?? pinoLevel(Number(field));
  const klog = KLOG.exec(start)?.[1];
  if (klog !== undefined) return letters[klog] ?? 'unknown';
  const [, upper, bracketed, first] = WORD.exec(start) ?? [];
  if (first !== undefined) return names[first.toLowerCase()] ?? 'error';
  return names[(upper ?? bracketed ?? '').toLowerCase()] ?? 'unknown';
}

/** Whether a line passes the filter. Lines without a level count as `info`. */
export function isAtLeast(severity: Severity, floor: SeverityFloor): boolean {
  return RANK[severity] >= FLOOR[floor];
}

/** The numbers of pino and bunyan, from 10 (trace) to 60 (fatal). */
function pinoLevel(level: number): Severity {
  if (Number.isNaN(level)) return 'unknown';
  if (level >= 50) return 'error';
  if (level >= 40) return 'warn';
  return level >= 30 ? 'info' : 'debug';
}
