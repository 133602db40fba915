'use client';
import { ChevronDown, ChevronUp, Columns2, Maximize2, Minimize2 } from 'lucide-react';
import { cn } from '#components/class-names.ts';
import { isApple } from '#components/keys/chord.ts';
import { IconButton } from '#components/ui/icon-button.tsx';
import { NARROW, useMedia } from '#components/use-media.ts';
import { useShortcut } from '#features/keyboard/use-shortcut.ts';
import { DockPane } from './dock-pane.tsx';
import { setDock, stepTab, toggleBeside, useDock } from './dock-store.ts';
import { DockTabs } from './dock-tabs.tsx';
import { ResizeHandle } from './resize-handle.tsx';

const CTRL = isApple() ? 'ctrl' : 'mod';

/** The dock, once something is in it. On a phone it is the whole screen, or one line. */
export function DockPanel() {
  const { tabs, active, beside, open, maximised, height } = useDock();
  const narrow = useMedia(NARROW);
  const group = 'Terminals and logs';
  useShortcut({ keys: `${CTRL}+\``, label: 'Show or hide the dock', group, inFields: true }, () => {
    setDock({ open: !open });
    if (open) document.getElementById('main')?.focus({ preventScroll: true });
  });
  const several = { group, inFields: true, enabled: tabs.length > 1 };
  useShortcut({ keys: `${CTRL}+shift+pagedown`, label: 'Next tab', ...several }, () => stepTab(1));
  useShortcut({ keys: `${CTRL}+shift+pageup`, label: 'Previous tab', ...several }, () => stepTab(-1));

  const whole = open && (narrow || maximised);
  const shown = (id: string) => open && (id === active || (id === beside && !narrow));
  return (
    <section
      aria-label="Dock"
      className={cn(
        'relative flex min-h-0 shrink-0 flex-col border-t bg-surface',
        whole && 'absolute inset-0 z-30 border-t-0',
        whole && narrow && 'fixed h-dvh',
      )}
      style={open && !whole ? { height: `min(${height}px, 80dvh)` } : undefined}
    >
      {open && !whole && <ResizeHandle height={height} onResize={(next) => setDock({ height: next })} />}
      <div className="flex h-9 shrink-0 items-center gap-0.5 border-b bg-canvas pr-1 max-md:h-11">
        <DockTabs />
        {open && !narrow && (
          <>
            <IconButton
              size="sm"
              label="Show two side by side"
              aria-pressed={beside !== undefined}
              disabled={tabs.length < 2}
              onClick={toggleBeside}
            >
              <Columns2 aria-hidden />
            </IconButton>
            <IconButton
              size="sm"
              label={maximised ? 'Make the dock smaller' : 'Maximise the dock'}
              onClick={() => setDock({ maximised: !maximised })}
            >
              {maximised ? <Minimize2 aria-hidden /> : <Maximize2 aria-hidden />}
            </IconButton>
          </>
        )}
        <IconButton
          size="sm"
          label={open ? 'Hide the dock' : 'Show the dock'}
          keys={`${CTRL}+\``}
          aria-expanded={open}
          onClick={() => setDock({ open: !open })}
        >
          {open ? <ChevronDown aria-hidden /> : <ChevronUp aria-hidden />}
        </IconButton>
      </div>
      <div className={cn('flex min-h-0 flex-1', !open && 'hidden')}>
        {tabs.map((tab) => (
          <DockPane
            key={tab.id}
            tab={tab}
            shown={shown(tab.id)}
            active={open && tab.id === active}
            second={tab.id === beside && beside !== active}
          />
        ))}
      </div>
    </section>
  );
}
