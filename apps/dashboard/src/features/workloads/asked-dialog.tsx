'use client';
import { DrainDialog } from '#features/drain/drain-dialog.tsx';
import type { Asked } from './asked.ts';
import { OperationDialog } from './operation-dialog.tsx';
import { PortsDialog } from './ports-dialog.tsx';
import { RunJobDialog } from './run-job-dialog.tsx';

/** The dialog that an action asks for. */
export function AskedDialog({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  switch (asked.dialog) {
    case 'operation':
      return <OperationDialog operation={asked.operation} targets={asked.targets} onClose={onClose} />;
    case 'run-job':
      return <RunJobDialog target={asked.target} onClose={onClose} />;
    case 'drain':
      return <DrainDialog target={asked.target} onClose={onClose} />;
    case 'ports':
      return <PortsDialog target={asked.target} onClose={onClose} />;
  }
}
