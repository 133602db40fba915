const ranges: [min: number, max: number][] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
];

/** Whether a time (whole minutes, UTC) matches a cron schedule of five fields: `*`, numbers, ranges, lists and steps. */
export function matchesCron(schedule: string, moment: number): boolean {
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return false;
  const date = new Date(moment);
  const values = [
    date.getUTCMinutes(),
    date.getUTCHours(),
    date.getUTCDate(),
    date.getUTCMonth() + 1,
    date.getUTCDay(),
  ];
  return fields.every((field, index) => {
    const [min, max] = ranges[index] ?? [0, 0];
    return field.split(',').some((part) => matchesPart(part, values[index] ?? -1, [min, max]));
  });
}

function matchesPart(part: string, value: number, [min, max]: [number, number]): boolean {
  const match = /^(?:\*|(?<from>\d+)(?:-(?<to>\d+))?)(?:\/(?<step>\d+))?$/.exec(part)?.groups;
  if (match === undefined) return false;
  const from = match['from'] === undefined ? min : Number(match['from']);
  const isOpen = match['from'] === undefined || (match['to'] === undefined && match['step'] !== undefined);
  const to = match['to'] === undefined ? (isOpen ? max : from) : Number(match['to']);
  const step = Number(match['step'] ?? 1);
  return step > 0 && value >= from && value <= to && (value - from) % step === 0;
}
