import { RequestMethod } from '@nestjs/common';
import { ApiModule } from '../api.module.ts';
import { declarationOf } from '../http/operation.ts';

interface ModuleLike {
  name: string;
}

/** Every method that Nest routes to, found like Nest does: by walking the modules and their controllers. */
export function declaredHandlers(): { undeclared: string[]; operations: string[] } {
  const undeclared: string[] = [];
  const operations: string[] = [];
  for (const controller of controllersOf(ApiModule)) {
    for (const name of Object.getOwnPropertyNames(controller.prototype)) {
      const handler: unknown = controller.prototype[name];
      if (name === 'constructor' || typeof handler !== 'function' || Reflect.getMetadata('path', handler) === undefined)
        continue;
      const declared = declarationOf(handler);
      if (declared === undefined) undeclared.push(`${controller.name}.${name}`);
      else if ('operation' in declared) operations.push(declared.operation);
      else if (Reflect.getMetadata('method', handler) !== RequestMethod.GET)
        undeclared.push(`${controller.name}.${name}`);
    }
  }
  return { undeclared, operations };
}

function controllersOf(
  module: ModuleLike,
  seen = new Set<ModuleLike>(),
): (ModuleLike & { prototype: Record<string, unknown> })[] {
  if (seen.has(module)) return [];
  seen.add(module);
  const imports: ModuleLike[] = Reflect.getMetadata('imports', module) ?? [];
  return [
    ...(Reflect.getMetadata('controllers', module) ?? []),
    ...imports.flatMap((inner) => controllersOf(inner, seen)),
  ];
}
