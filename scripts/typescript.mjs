// For `node --import`: runs TypeScript with decorators, which Node's own type stripping does not take. For development only: the
// product runs what `tsc` made. Stacks name lines of the sources.
import { readFileSync } from 'node:fs';
import { registerHooks, setSourceMapsSupport } from 'node:module';
import { fileURLToPath } from 'node:url';
import { TsconfigCache, transformSync } from 'rolldown/utils';

/** What compiled decorators import from, and what they find there: the same as the helpers that `tsc` writes into each file. */
const helpers = {
  '@oxc-project/runtime/helpers/decorate': `export default (decorators, target, key, descriptor) => {
    const isClass = key === undefined;
    let result = isClass ? target : descriptor === null ? Object.getOwnPropertyDescriptor(target, key) : descriptor;
    for (const decorator of decorators.toReversed())
      result = (isClass ? decorator(result) : decorator(target, key, result)) ?? result;
    if (!isClass && result) Object.defineProperty(target, key, result);
    return result;
  };`,
  '@oxc-project/runtime/helpers/decorateParam': `export default (index, decorator) => (target, key) =>
    decorator(target, key, index);`,
};

const tsconfigs = new TsconfigCache();
// Not those of libraries, as `--enable-source-maps` would: reading them takes a fifth of a gateway's start.
setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });

registerHooks({
  resolve(specifier, context, next) {
    const helper = helpers[specifier];
    if (helper === undefined) return next(specifier, context);
    return { url: `data:text/javascript,${encodeURIComponent(helper)}`, shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const path = fileURLToPath(url);
    const options = { tsconfig: true, sourcemap: true };
    const { code, map, errors } = transformSync(path, readFileSync(path, 'utf8'), options, tsconfigs);
    const [error] = errors;
    if (error !== undefined) throw error;
    const inline = Buffer.from(JSON.stringify(map)).toString('base64');
    const source = `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}`;
    return { format: 'module', source, shortCircuit: true };
  },
});
