import { describe, expect, it } from 'vitest';
import { kindWord } from './kind-words.ts';

describe('kindWord', () => {
  it.each([
    ['pods', 'Pods'],
    ['configmaps', 'ConfigMaps'],
    ['cronjobs.batch', 'CronJobs'],
    ['deployments.v1beta1.apps', 'Deployments'],
    ['csidrivers.storage.k8s.io', 'CSIDrivers'],
    ['httproutes.gateway.networking.k8s.io', 'HTTPRoutes'],
    ['cm', 'ConfigMaps'],
    ['backups.demo.postern.dev', 'Backups'],
    ['constructor', 'Constructor'],
    ['', ''],
  ])('of %s is %s', (id, title) => expect(kindWord(id)).toBe(title));
});
