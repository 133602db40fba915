'use client';
import { ClipboardPaste, Copy, Eraser, Minus, Plus, Search, Settings2 } from 'lucide-react';
import { IconButton } from '#components/ui/icon-button.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu, MenuCheckItem, MenuItem, MenuSeparator } from '#components/ui/menu.tsx';
import { Select } from '#components/ui/select.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { commandLine } from '#features/kube/kubectl-text.ts';
import { ContainerSelect } from '#features/pods/container-select.tsx';
import type { PodTarget, Shell } from '#features/pods/pod-target.ts';
import { usePodContainers } from '#features/pods/use-pod-containers.ts';
import type { TerminalScreen } from './terminal-screen.ts';
import type { TerminalState } from './terminal-session.ts';
import { changeTerminalSettings, useTerminalSettings } from './terminal-settings.ts';
import { useLatency } from './use-latency.ts';

interface TerminalToolbarProps {
  target: PodTarget;
  shell: Shell;
  state: TerminalState;
  active: boolean;
  screen: TerminalScreen | undefined;
  onChoose: (change: { container?: string; shell?: Shell }) => void;
  onSearch: () => void;
}

const SHELLS: readonly { value: Shell; label: string }[] = [
  { value: 'auto', label: 'bash, else sh' },
  { value: 'bash', label: 'bash' },
  { value: 'sh', label: 'sh' },
];

/** What the terminal is in, how it fares, and what else it can do. */
export function TerminalToolbar(props: TerminalToolbarProps) {
  const { target, shell, state, active, screen, onChoose, onSearch } = props;
  const containers = usePodContainers(target);
  const container = state.phase === 'open' ? state.container : (target.container ?? containers?.main);
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
      <Condition state={state} active={active} />
      <IconButton size="sm" label="Search" onClick={onSearch} disabled={screen === undefined}>
        <Search aria-hidden />
      </IconButton>
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
                state.phase === 'open' ? state.shell : shell === 'auto' ? 'sh' : shell,
              ),
            },
          ]}
        />
      </div>
      <SettingsMenu screen={screen} />
    </div>
  );
}

function Condition({ state, active }: { state: TerminalState; active: boolean }) {
  const latency = useLatency(active && state.phase === 'open');
  switch (state.phase) {
    case 'open':
      return (
        <span className="whitespace-nowrap px-1 text-faint text-xs tabular-nums" title="To the gateway and back">
          {latency === undefined ? '' : `${Math.max(1, Math.round(latency))} ms`}
        </span>
      );
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
    default:
      return (
        <StatusDot tone="idle" className="px-1 text-xs">
          Ended
        </StatusDot>
      );
  }
}

function SettingsMenu({ screen }: { screen: TerminalScreen | undefined }) {
  const settings = useTerminalSettings();
  const { fontSize } = settings;
  return (
    <Menu
      trigger={
        <IconButton size="sm" label="Terminal menu">
          <Settings2 aria-hidden />
        </IconButton>
      }
    >
      <MenuItem icon={<Copy aria-hidden />} onSelect={() => void screen?.copy()}>
        Copy the selection
      </MenuItem>
      <MenuItem icon={<ClipboardPaste aria-hidden />} onSelect={() => void screen?.paste()}>
        Paste
      </MenuItem>
      <MenuItem icon={<Eraser aria-hidden />} onSelect={() => screen?.clear()}>
        Clear
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon={<Plus aria-hidden />}
        onSelect={(event) => {
          event.preventDefault();
          changeTerminalSettings({ fontSize: fontSize + 1 });
        }}
      >
        Larger text ({fontSize})
      </MenuItem>
      <MenuItem
        icon={<Minus aria-hidden />}
        onSelect={(event) => {
          event.preventDefault();
          changeTerminalSettings({ fontSize: fontSize - 1 });
        }}
      >
        Smaller text
      </MenuItem>
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
    </Menu>
  );
}
