/** Labels as text, one `key=value` per line, sorted. */
export function labelsToText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join('\n');
}

/** Parses `key=value` pairs separated by lines, commas or spaces. @throws Error that names the first invalid word. */
export function labelsFromText(text: string): Record<string, string> {
  const labels: Record<string, string> = Object.create(null);
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const match = /^([A-Za-z0-9][-A-Za-z0-9_./]*)=([-A-Za-z0-9_.]*)$/.exec(word);
    if (match === null) throw new Error(`“${word}” is no label; write key=value`);
    const [, key = '', value = ''] = match;
    labels[key] = value;
  }
  return { ...labels };
}
