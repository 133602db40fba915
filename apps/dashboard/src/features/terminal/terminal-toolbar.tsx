'use client';
import { Settings2 } from 'lucide-react';
import { IconButton } from '#components/ui/icon-button.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu, MenuCheckItem, MenuSeparator } from '#components/ui/menu.tsx';
import { Select } from '#components/ui/select.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionIconButton } from '#features/actions/action-button.tsx';
import { ActionItem } from '#features/actions/action-item.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { commandLine } from '#features/kube/kubectl-text.ts';
import { ContainerSelect } from '#features/pods/container-select.tsx';
import type { PodTarget, Shell } from '#features/pods/pod-target.ts';
import { usePodContainers } from '#features/pods/use-pod-containers.ts';
import { Latency } from './latency.tsx';
import {
  clipboardActions,
  searchTerminal,
  shellActions,
  type TerminalContext,
  textSizeActions,
} from './terminal-actions.ts';
import type { TerminalScreen } from './terminal-screen.ts';
import type { TerminalState } from './terminal-session.ts';
import { changeTerminalSettings, useTerminalSettings } from './terminal-settings.ts';
import { Viewers } from './terminal-viewers.tsx';

interface TerminalToolbarProps {
  target: PodTarget;
  shell: Shell;
  state: TerminalState;
  active: boolean;
  screen: TerminalScreen | undefined;
  onChoose: (change: { container?: string; shell?: Shell }) => void;
  onSearch: () => void;
  /** Leaves the shell running, without this pane. */
  onLeave?: (() => void) | undefined;
}

/** Actions of the terminal in front only. */
const offered = [...clipboardActions, ...textSizeActions, ...shellActions];
const none: typeof offered = [];

const SHELLS: readonly { value: Shell; label: string }[] = [
  { value: 'auto', label: 'bash, else sh' },
  { value: 'bash', label: 'bash' },
  { value: 'sh', label: 'sh' },
];

/** The terminal's container, its state, and its other actions. */
export function TerminalToolbar(props: TerminalToolbarProps) {
  const { target, shell, state, active, screen, onChoose, onSearch, onLeave } = props;
  const terminal = state.phase === 'open' ? state.terminal : undefined;
  const { fontSize } = useTerminalSettings();
  const context = { pod: target.pod, screen, fontSize, search: onSearch, held: terminal, leave: onLeave };
  useActions(active ? offered : none, context);
  const containers = usePodContainers(target);
  const container = terminal?.container ?? target.container ?? containers?.main;
  return (
    <div className="flex h-9 shrink-0 items-center gap-1 border-b px-2 max-sm:h-11">
      <ContainerSelect
        containers={containers?.containers}
        value={container}
        onChange={(value) => onChoose({ container: value })}
      />
      <Select
        aria-label="Shell"
        className="[&_select]:h-7 max-sm:[&_select]:h-9"
        options={SHELLS}
        value={shell}
        onChange={({ target }) =>
          onChoose({ shell: SHELLS.find(({ value }) => value === target.value)?.value ?? 'auto' })
        }
      />
      <div className="min-w-2 flex-1" />
      {state.phase === 'open' && <Viewers state={state} />}
      <Condition state={state} />
      <ActionIconButton size="sm" action={bindAction(searchTerminal, context)} />
      <div className="max-sm:hidden">
        <ShowKubectl
          commands={[
            {
              label: 'Opens the same shell',
              command: commandLine(
                'kubectl',
                'exec',
                '-it',
                '-n',
                target.namespace,
                target.pod,
                ...(container === undefined ? [] : ['-c', container]),
                '--',
                terminal?.shell ?? (shell === 'auto' ? 'sh' : shell),
              ),
            },
          ]}
        />
      </div>
      <SettingsMenu context={context} />
    </div>
  );
}

function Condition({ state }: { state: TerminalState }) {
  switch (state.phase) {
    case 'open':
      return <Latency />;
    case 'opening':
      return (
        <StatusDot tone="info" pending className="px-1 text-xs">
          Opening
        </StatusDot>
      );
    case 'reconnecting':
      return (
        <StatusDot tone="warn" pending className="px-1 text-xs">
          Reconnecting
        </StatusDot>
      );
    case 'elsewhere':
      return (
        <StatusDot tone="info" className="px-1 text-xs">
          Open elsewhere
        </StatusDot>
      );
    default:
      return (
        <StatusDot tone="idle" className="px-1 text-xs">
          Ended
        </StatusDot>
      );
  }
}

function SettingsMenu({ context }: { context: TerminalContext }) {
  const settings = useTerminalSettings();
  return (
    <Menu
      trigger={
        <IconButton size="sm" label="Terminal menu">
          <Settings2 aria-hidden />
        </IconButton>
      }
    >
      {clipboardActions.map((action) => (
        <ActionItem key={action.id} action={bindAction(action, context)} dims />
      ))}
      <MenuSeparator />
      {textSizeActions.map((action) => (
        <ActionItem key={action.id} action={bindAction(action, context)} dims keepsOpen />
      ))}
      <MenuSeparator />
      <MenuCheckItem
        checked={settings.copyOnSelect}
        onCheckedChange={(copyOnSelect) => changeTerminalSettings({ copyOnSelect })}
      >
        Copy on select
      </MenuCheckItem>
      <MenuCheckItem
        checked={settings.screenReader}
        onCheckedChange={(screenReader) => changeTerminalSettings({ screenReader })}
      >
        Read out by screen readers
      </MenuCheckItem>
      <MenuSeparator />
      {shellActions.map((action) => (
        <ActionItem key={action.id} action={bindAction(action, context)} />
      ))}
    </Menu>
  );
}
