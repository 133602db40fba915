import type { AuditMode as Mode } from '@postern/contracts';
import { AuditMode } from '../generated/prisma/enums.ts';

/** What a cluster's row says, as the contracts do. */
export const auditModes: Record<AuditMode, Mode> = {
  [AuditMode.failOpen]: 'fail-open',
  [AuditMode.failClosed]: 'fail-closed',
};

/** The other way round. */
export const storedAuditModes: Record<Mode, AuditMode> = {
  'fail-open': AuditMode.failOpen,
  'fail-closed': AuditMode.failClosed,
};
