import { list, text } from '#features/kube/read.ts';

/** The names of the config maps and secrets that a pod uses. */
export interface ConfigReferences {
  configMaps: ReadonlySet<string>;
  secrets: ReadonlySet<string>;
}

/** Finds them in the spec of a pod: variables, volumes, and projected volumes. */
export function configReferences(spec: unknown): ConfigReferences {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const add = (to: Set<string>, name: string | undefined) => name !== undefined && to.add(name);
  for (const container of [...list(spec, 'initContainers'), ...list(spec, 'containers')]) {
    for (const from of list(container, 'envFrom')) {
      add(configMaps, text(from, 'configMapRef', 'name'));
      add(secrets, text(from, 'secretRef', 'name'));
    }
    for (const variable of list(container, 'env')) {
      add(configMaps, text(variable, 'valueFrom', 'configMapKeyRef', 'name'));
      add(secrets, text(variable, 'valueFrom', 'secretKeyRef', 'name'));
    }
  }
  for (const volume of list(spec, 'volumes')) {
    add(configMaps, text(volume, 'configMap', 'name'));
    add(secrets, text(volume, 'secret', 'secretName'));
    for (const source of list(volume, 'projected', 'sources')) {
      add(configMaps, text(source, 'configMap', 'name'));
      add(secrets, text(source, 'secret', 'name'));
    }
  }
  return { configMaps, secrets };
}
