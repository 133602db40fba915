/** What an injected script would try; each resolves with its outcome. `$` stands for the path of a cluster's files. */
export const attempts: [name: string, directive: string, script: string][] = [
  ['a script', 'script-src-elem', `add('script', { src: '$/script.js' })`],
  ['a module', 'script-src-elem', `add('script', { type: 'module', src: '$/module.js' })`],
  ['an import', 'script-src-elem', `import('$/module.js')`],
  ['a worker', 'worker-src', `work(() => new Worker('$/worker.js'))`],
  ['a worker of modules', 'worker-src', `work(() => new Worker('$/worker.js', { type: 'module' }))`],
  ['a shared worker', 'worker-src', `work(() => new SharedWorker('$/worker.js').port)`],
  ['a service worker', 'worker-src', `navigator.serviceWorker.register('$/worker.js', { scope: '/' })`],
  [
    'a worker from a blob',
    'worker-src',
    `work(() => new Worker(URL.createObjectURL(new Blob(["importScripts('$/worker.js')"]))))`,
  ],
  ['a frame', 'frame-src', `add('iframe', { src: '$/page.html' })`],
  ['an object', 'object-src', `add('object', { data: '$/page.html' })`],
  ['an embed', 'object-src', `add('embed', { src: '$/picture.svg' })`],
  ['a style sheet', 'style-src-elem', `add('link', { rel: 'stylesheet', href: '$/style.css' })`],
  ['a picture', 'img-src', `add('img', { src: '$/picture.svg' })`],
  ['an inline script', 'script-src-elem', `add('script', { textContent: "canaryRan('inline')" })`],
  ['an event handler', 'script-src-attr', `add('img', { src: 'x' }, { onerror: "canaryRan('handler')" })`],
  ['eval', 'script-src', `Promise.resolve(setTimeout("canaryRan('eval')")).then(() => add('p', {}))`],
  ['another base', 'base-uri', `add('base', { href: 'https://evil.invalid/' })`],
  ['a form', 'form-action', `submit('$/page.html')`],
];

/** Helpers of the attempts, put before each. */
const helpers = `
  const settle = (element) => new Promise((done) => {
    element.addEventListener('load', () => done('loaded'));
    element.addEventListener('error', () => done('refused'));
    setTimeout(() => done('nothing'), 1500);
  });
  const add = (name, properties, attributes = {}) => {
    const element = Object.assign(document.createElement(name), properties);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    document.body.append(element);
    return settle(element);
  };
  const work = (make) => new Promise((done) => {
    const worker = make();
    worker.onmessage = () => { canaryRan('worker'); done('loaded'); };
    worker.onerror = () => done('refused');
    // Loading its scripts takes a while.
    setTimeout(() => done('nothing'), 10_000);
  });
  const submit = (action) => {
    const form = Object.assign(document.createElement('form'), { action });
    document.body.append(form);
    form.submit();
    return new Promise((done) => setTimeout(() => done('nothing'), 500));
  };
`;

/** One attempt as a program for `page.evaluate`; resolves with `loaded`, `refused` or `nothing`. */
export const program = (attempt: string): string =>
  `(async () => { ${helpers} return ${attempt}; })().catch(() => 'refused')`;
