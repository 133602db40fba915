import type { KubeObject } from '../model/object.ts';
import { age } from './age.ts';
import { columns, type Printer } from './printer.ts';

const sizeOf = (value: unknown) => (typeof value === 'object' && value !== null ? Object.keys(value).length : 0);

export const configMapPrinter: Printer = {
  columns: columns('Name|Data|Age'),
  cells: (object: KubeObject, now: number) => [
    object.metadata.name,
    sizeOf(object['data']) + sizeOf(object['binaryData']),
    age(object.metadata.creationTimestamp, now),
  ],
};

export const secretPrinter: Printer = {
  columns: columns('Name|Type|Data|Age'),
  cells: (object: KubeObject, now: number) => [
    object.metadata.name,
    String(object['type'] ?? 'Opaque'),
    sizeOf(object['data']),
    age(object.metadata.creationTimestamp, now),
  ],
};

export const serviceAccountPrinter: Printer = {
  columns: columns('Name|Secrets|Age'),
  cells: (object: KubeObject, now: number) => [
    object.metadata.name,
    Array.isArray(object['secrets']) ? object['secrets'].length : 0,
    age(object.metadata.creationTimestamp, now),
  ],
};

const shortModes: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

interface Storage extends KubeObject {
  spec?: {
    accessModes?: string[];
    volumeName?: string;
    storageClassName?: string;
    volumeMode?: string;
    capacity?: { storage?: string };
    persistentVolumeReclaimPolicy?: string;
    claimRef?: { namespace?: string; name?: string };
  };
  status?: { phase?: string; capacity?: { storage?: string }; accessModes?: string[]; reason?: string };
}

const modes = (list: string[] = []) => list.map((mode) => shortModes[mode] ?? mode).join(',');

export const volumeClaimPrinter: Printer = {
  columns: columns('Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|*VolumeMode'),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as Storage;
    return [
      metadata.name,
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
      spec?.volumeName ?? '',
      status?.capacity?.storage ?? '',
      modes(status?.accessModes),
      spec?.storageClassName ?? '',
      '<unset>',
      age(metadata.creationTimestamp, now),
      spec?.volumeMode ?? 'Filesystem',
    ];
  },
};

export const volumePrinter: Printer = {
  columns: columns(
    'Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|*VolumeMode',
  ),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as Storage;
    const claim = spec?.claimRef;
    return [
      metadata.name,
      spec?.capacity?.storage ?? '',
      modes(spec?.accessModes),
      spec?.persistentVolumeReclaimPolicy ?? '',
      status?.phase ?? '',
      claim === undefined ? '' : `${claim.namespace}/${claim.name}`,
      spec?.storageClassName ?? '',
      '<unset>',
      status?.reason ?? '',
      age(metadata.creationTimestamp, now),
      spec?.volumeMode ?? 'Filesystem',
    ];
  },
};

export const storageClassPrinter: Printer = {
  columns: columns('Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age'),
  cells(object: KubeObject, now: number) {
    const isDefault = object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
    return [
      object.metadata.name + (isDefault ? ' (default)' : ''),
      String(object['provisioner'] ?? ''),
      String(object['reclaimPolicy'] ?? 'Delete'),
      String(object['volumeBindingMode'] ?? 'Immediate'),
      String(object['allowVolumeExpansion'] ?? false),
      age(object.metadata.creationTimestamp, now),
    ];
  },
};
