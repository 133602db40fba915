import type { KubeObject } from '../../model/object.ts';
import type { Controller, Simulation } from '../simulation.ts';

interface Claim extends KubeObject {
  spec: {
    accessModes?: string[];
    storageClassName?: string;
    volumeName?: string;
    resources?: { requests?: { storage?: string } };
  };
}

/** Binds every claim to a new volume. */
export function volumeClaimController({ store, events }: Simulation): Controller {
  return {
    resource: 'persistentvolumeclaims',
    reconcile(object: KubeObject) {
      const claim = object as Claim;
      const { name, namespace, uid } = claim.metadata;
      if (claim.spec?.volumeName !== undefined) return;
      const storageClassName = claim.spec?.storageClassName ?? 'standard';
      if (store.find('storageclasses.storage.k8s.io', '', storageClassName) === undefined) return;
      const capacity = { storage: claim.spec?.resources?.requests?.storage ?? '1Gi' };
      const accessModes = claim.spec?.accessModes ?? ['ReadWriteOnce'];
      const volumeName = `pvc-${uid}`;
      store.create('persistentvolumes', {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: volumeName, annotations: { 'pv.kubernetes.io/provisioned-by': 'demo.postern.dev/local' } },
        spec: {
          capacity,
          accessModes,
          claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
          persistentVolumeReclaimPolicy: 'Delete',
          storageClassName,
          volumeMode: 'Filesystem',
        },
        status: { phase: 'Bound' },
      });
      store.modify('persistentvolumeclaims', claim, (draft) => {
        draft.spec = { ...draft.spec, storageClassName, volumeName };
        draft['status'] = { phase: 'Bound', accessModes, capacity };
      });
      const message = `Successfully provisioned volume ${volumeName}`;
      const reason = 'ProvisioningSucceeded';
      events.record(claim, { type: 'Normal', reason, message, component: 'demo.postern.dev/local' });
    },
  };
}
