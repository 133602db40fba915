/** An object that a pod needs and that is missing, or lacks a key. */
export interface MissingSource {
  kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim';
  name: string;
  /** The key that it lacks; undefined if it does not exist itself. */
  key: string | undefined;
}

const kinds: Record<string, MissingSource['kind']> = {
  configmap: 'ConfigMap',
  secret: 'Secret',
  persistentvolumeclaim: 'PersistentVolumeClaim',
};

/** Reads the messages of the kubelet and the scheduler about missing objects; undefined if it is another message. */
export function readMissingSource(message: string): MissingSource | undefined {
  const [, kind = '', name] = /\b(configmap|secret|persistentvolumeclaim) "([^"]+)" not found/i.exec(message) ?? [];
  const found = kinds[kind.toLowerCase()];
  if (found !== undefined && name !== undefined) return { kind: found, name, key: undefined };
  const [, key, of = '', path = ''] = /couldn't find key (\S+) in (ConfigMap|Secret) (\S+)/i.exec(message) ?? [];
  const lacking = kinds[of.toLowerCase()];
  if (key === undefined || lacking === undefined) return undefined;
  return { kind: lacking, name: path.slice(path.lastIndexOf('/') + 1), key };
}
