// For `node --import`: runs TypeScript with decorators, which Node's own type stripping does not support. For development only:
// the product runs the output of `tsc`. Stack traces refer to lines of the sources.
import { readFileSync } from 'node:fs';
import { registerHooks, setSourceMapsSupport } from 'node:module';
import { fileURLToPath } from 'node:url';
import { TsconfigCache, transformSync } from 'rolldown/utils';

/** Modules imported by compiled decorators, with their content: the same helpers that `tsc` writes into each file. */
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
// Without the source maps of libraries, unlike `--enable-source-maps`: reading them takes a fifth of a gateway's start.
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
