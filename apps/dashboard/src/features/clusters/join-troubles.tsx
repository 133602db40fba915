import { LifeBuoy } from 'lucide-react';
import type { ReactNode } from 'react';
import { Card } from '#components/ui/card.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';

const troubles: readonly { title: string; text: ReactNode; command?: string }[] = [
  {
    title: 'Did the command succeed?',
    text: 'kubectl must have printed “created” for each object. “Forbidden” means that your own rights do not reach: cluster roles and their bindings need a cluster administrator.',
  },
  {
    title: 'Does the agent run?',
    text: 'Its log says in one sentence what is wrong.',
    command:
      'kubectl get pods -n postern-agent\nkubectl logs -n postern-agent -l app.kubernetes.io/name=postern-agent --tail 20',
  },
  {
    title: 'Is there a proxy in between?',
    text: 'Set HTTPS_PROXY (and NO_PROXY for the cluster’s own addresses) on the agent. The proxy must allow WebSockets. If it inspects TLS, give its certificate authority to the agent.',
  },
  {
    title: 'Is the clock right?',
    text: 'A node whose clock is minutes off rejects the gateway’s certificate as expired or not yet valid.',
  },
];

/** What to check if no agent connects. */
export function JoinTroubles() {
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          <LifeBuoy className="size-4 text-faint" aria-hidden /> No agent has connected yet
        </span>
      }
      aside="The page keeps waiting"
    >
      <ul className="flex flex-col gap-3">
        {troubles.map(({ title, text, command }) => (
          <li key={title}>
            <h3 className="font-medium">{title}</h3>
            <p className="text-muted">{text}</p>
            {command !== undefined && <CopyBox className="mt-1.5" text={command} label="diagnostic commands" />}
          </li>
        ))}
      </ul>
    </Card>
  );
}
