'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { getObject, type ObjectRef } from '#features/kube/kube-actions.ts';
import { adviceOf } from '#features/kube/kube-error.ts';
import { commandLine } from '#features/kube/kubectl-text.ts';
import { record } from '#features/kube/read.ts';
import { forwardCommand, type OpenablePort, portsOf } from './port-commands.ts';

/** The commands that open the ports of a pod or service on one's own machine. */
export function PortsDialog({ target, onClose }: { target: ObjectRef; onClose: () => void }) {
  const { ref, namespace, name, resource } = target;
  const { data, error } = useQuery({
    queryKey: ['ports', ref.organization, ref.cluster, resource.resource, namespace, name],
    queryFn: async () => {
      const object = await getObject(target);
      const service = resource.resource === 'services';
      // kubectl looks for a pod behind the service, which only a selector names.
      const reachable = !service || Object.keys(record(object, 'spec', 'selector')).length > 0;
      return { ports: portsOf(target, object), reachable };
    },
    retry: false,
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Open a port of ${name}`}
      description="On your own machine, for as long as the command runs."
      footer={<Button onClick={onClose}>Close</Button>}
    >
      {error !== null && (
        <p role="alert" className="text-bad">
          {adviceOf(error)}
        </p>
      )}
      {data === undefined && error === null && <Skeleton className="h-16 w-full" />}
      {data?.reachable === false && (
        <p>This service has no selector, so kubectl finds no pod behind it. Open the port of a pod instead.</p>
      )}
      {data?.reachable === true && (
        <div className="flex flex-col gap-4">
          {data.ports.map((port) => (
            <div key={port.command} className="flex flex-col gap-1.5">
              <h3 className="font-medium tabular-nums">{titleOf(port)}</h3>
              <CopyBox text={port.command} label={`command for port ${port.port}`} />
            </div>
          ))}
          {data.ports.length === 0 && <p>It names no TCP port. If you know one that it listens on:</p>}
          <OtherPort target={target} open={data.ports.length === 0} />
          <p className="text-muted text-xs">
            With the kubeconfig of this cluster in use: <code>{commandLine('postern', 'kubeconfig', ref.cluster)}</code>
          </p>
        </div>
      )}
    </Dialog>
  );
}

const titleOf = ({ port, name, of }: OpenablePort): string =>
  [String(port), name === undefined ? '' : `(${name})`, of ?? ''].filter((part) => part !== '').join(' ');

/** A port that the manifest does not name; containers may listen on any. */
function OtherPort({ target, open }: { target: ObjectRef; open: boolean }) {
  const [shown, setShown] = useState(open);
  const [written, setWritten] = useState('');
  const port = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  const valid = port >= 1 && port <= 65_535;
  if (target.resource.resource !== 'pods') return null;
  if (!shown) {
    return (
      <Button variant="ghost" size="sm" className="self-start" onClick={() => setShown(true)}>
        Another port
      </Button>
    );
  }
  return (
    <div className="flex flex-col gap-1.5">
      <Field label="Port" error={written === '' || valid ? undefined : 'A number from 1 to 65535.'}>
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            value={written}
            onChange={(event) => setWritten(event.target.value.trim())}
          />
        )}
      </Field>
      {valid && <CopyBox text={forwardCommand(target, port)} label={`command for port ${port}`} />}
    </div>
  );
}
