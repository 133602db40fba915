/** The function that attack scripts call when they run; the browser reports every call to the test. */
export const canary = 'canaryRan';
/** A host that our own code never contacts. */
export const evilHost = 'evil.invalid';

const run = (from: string): string => `${canary}('${from}')`;
const evil = `https://${evilHost}`;

/** Markup and URLs that have run scripts where text was treated as HTML, a template, a style or a link. */
export const markup: readonly string[] = [
  `<script>${run('script')}</script>`,
  `<img src=x onerror="${run('img')}">`,
  `"><svg onload="${run('svg')}">`,
  `'-${run('quote')}-'`,
  `</title></textarea></style></script><script>${run('closing')}</script>`,
  `<iframe srcdoc="<script>parent.${run('srcdoc')}</script>"></iframe>`,
  `<details open ontoggle="${run('details')}">x</details>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run('mutation')}&gt;">`,
  `<meta http-equiv="refresh" content="0;url=${evil}/meta">`,
  `<base href="${evil}/"><link rel="stylesheet" href="${evil}/style">`,
  `<form action="${evil}/form"><button autofocus>x</button></form>`,
  `<style>@import '${evil}/import'; body { background: url(${evil}/background) }</style>`,
  `[click](javascript:${run('markdown')}) ![x](${evil}/picture)`,
  `{{constructor.constructor("${run('template')}")()}} \${${run('literal')}} <%= ${run('erb')} %>`,
  `javascript:${run('address')}//`,
  `data:text/html,<script>${run('data')}</script>`,
  `\u202e\u2066<img src=x onerror=${run('bidi')}>\u0000`,
  '__proto__',
  'constructor',
];

/** The same for URLs, as in annotations and cells. */
export const addresses: readonly string[] = [
  `javascript:${run('link')}`,
  `JaVaScRiPt:${run('case')}`,
  `java\tscript:${run('tab')}`,
  `data:text/html;base64,${Buffer.from(`<script>opener.${run('blank')}</script>`).toString('base64')}`,
  `vbscript:${run('vbscript')}`,
  `//${evilHost}/`,
  `/.//${evilHost}/`,
  `/\\${evilHost}/`,
  `${evil}/`,
];

/** Names that a hostile apiserver may give its objects, though Kubernetes forbids them. */
export const names: readonly string[] = [
  'pod-1',
  `<img src=x onerror=${run('name')}>`,
  `javascript:${run('name-address')}`,
  '..',
  `../../../../../${evilHost}`,
  `/${evilHost}`,
  '%2e%2e',
];

const esc = '\u001b';
const bel = '\u0007';

/** Output of a program: sequences that set titles, links, clipboards and colours, and queries answered as input. */
export const output: readonly string[] = [
  `${esc}]0;<img src=x onerror=${run('title')}>${bel}`,
  `${esc}]8;;javascript:${run('osc8')}${bel}click me${esc}]8;;${bel}`,
  `${esc}]8;;data:text/html,<script>${run('osc8-data')}</script>${esc}\\and me${esc}]8;;${esc}\\`,
  `${esc}]52;c;${Buffer.from('stolen clipboard').toString('base64')}${bel}${esc}]52;c;?${bel}`,
  `${esc}]1337;File=inline=1:${Buffer.from('<svg/>').toString('base64')}${bel}`,
  `${esc}]9;4;1;50${bel}${esc}]777;notify;<b>x</b>;y${bel}${esc}]4;0;url(${evil})${bel}${esc}]50;${evil}${bel}`,
  `${esc}P+q544e${esc}\\${esc}[5n${esc}[c${esc}[21t${esc}[6n`,
  `${esc}[38;2;1;2;3m<img src=x onerror=${run('ansi')}>${esc}[0m`,
  `\u009d0;x\u009c\u0090x\u009c\r\b\b\u0000`,
];

/** All of them at once, for the many fields with one text. */
export const text = [...markup, ...addresses].join(' ');

/** The same without control characters, for parts of URLs: a URL with such a character is refused. */
export const printable = text.replaceAll(/\p{Cc}/gu, '');

/** A map with all of them as values and as keys. */
export function strings(): Record<string, string> {
  const entries = [...markup, ...addresses, ...output, '\ud800'].flatMap((attack, index) => [
    [`attack-${index}`, attack],
    [attack, 'as the key'],
  ]);
  // Parsed from JSON, where `__proto__` is an ordinary key.
  return JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`);
}
