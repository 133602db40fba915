'use client';
import { Inbox, Plus, Settings, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Bytes } from '#components/ui/bytes.tsx';
import { Card } from '#components/ui/card.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { DataTable } from '#components/ui/data-table.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Field } from '#components/ui/field.tsx';
import { IconButton } from '#components/ui/icon-button.tsx';
import { Input } from '#components/ui/input.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu, MenuItem, MenuSeparator } from '#components/ui/menu.tsx';
import { Page } from '#components/ui/page.tsx';
import { Select } from '#components/ui/select.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { Duration, Time } from '#components/ui/time.tsx';
import { toast } from '#components/ui/toast.tsx';
import { setTheme, type ThemeChoice, useTheme } from '#features/theme/use-theme.ts';

const tones = ['ok', 'warn', 'bad', 'info', 'idle'] as const;
const command = 'kubectl get pods --all-namespaces --field-selector=status.phase!=Running -o wide';

/** Every UI component in every state, for checking in light and dark themes and at 390 px. */
export function Gallery() {
  const { choice } = useTheme();
  const [tab, setTab] = useState('one');
  const [dialog, setDialog] = useState(false);
  const [confirm, setConfirm] = useState(false);
  return (
    <main>
      <Page
        title="Gallery"
        description="Every primitive in every state."
        actions={
          <Select
            aria-label="Theme"
            value={choice}
            onChange={(event) => setTheme(event.target.value as ThemeChoice)}
            options={['system', 'light', 'dark'].map((value) => ({ value, label: value }))}
          />
        }
      >
        <div className="grid gap-4 lg:grid-cols-2">
          <Card title="Buttons">
            <Row>
              <Button variant="primary">Primary</Button>
              <Button>Secondary</Button>
              <Button variant="ghost">Ghost</Button>
              <Button variant="danger" icon={<Trash2 aria-hidden />}>
                Danger
              </Button>
            </Row>
            <Row>
              <Button variant="primary" busy>
                Busy
              </Button>
              <Button disabled>Disabled</Button>
              <Button size="sm">Small</Button>
              <IconButton label="Settings" keys="mod+,">
                <Settings aria-hidden />
              </IconButton>
              <ShowKubectl commands={[{ label: 'Pods that are not running', command }]} />
            </Row>
          </Card>
          <Card title="State">
            <Row>
              {tones.map((tone) => (
                <StatusDot key={tone} tone={tone} pending={tone === 'idle'}>
                  {tone}
                </StatusDot>
              ))}
            </Row>
            <Row>
              {tones.map((tone) => (
                <Badge key={tone} tone={tone}>
                  {tone}
                </Badge>
              ))}
            </Row>
            <Row>
              <Time at="2026-01-01T00:00:00Z" form="ago" />
              <Duration from="2026-01-01T00:00:00Z" to="2026-01-01T03:12:00Z" />
              <Bytes value={1_509_949} />
              <Kbd keys="mod+k" />
              <Kbd keys="g p" />
            </Row>
          </Card>
          <Card title="Fields" bodyClassName="flex flex-col gap-3">
            <Field label="Name" hint="Stands in addresses.">
              {(control) => <Input {...control} placeholder="prod-eu" />}
            </Field>
            <Field label="E-mail" error="Enter an e-mail address">
              {(control) => <Input {...control} defaultValue="ada" />}
            </Field>
            <Field label="Works for">
              {(control) => <Select {...control} options={[{ value: '1', label: '12 hours' }]} />}
            </Field>
            <Checkbox defaultChecked>Active now</Checkbox>
            <Input disabled aria-label="Disabled" value="Disabled" readOnly />
          </Card>
          <Card title="Copy" aside="small print" bodyClassName="flex flex-col gap-3">
            <CopyBox text={command} label="command" />
            <CopyBox text="token: abc-secret-xyz" secret="abc-secret-xyz" label="token" />
          </Card>
          <Card title="Over the page">
            <Row>
              <Menu trigger={<Button>Menu</Button>}>
                <MenuItem icon={<Plus aria-hidden />} keys="c">
                  Create
                </MenuItem>
                <MenuItem disabled>Not now</MenuItem>
                <MenuSeparator />
                <MenuItem danger icon={<Trash2 aria-hidden />}>
                  Delete
                </MenuItem>
              </Menu>
              <Button onClick={() => setDialog(true)}>Dialog</Button>
              <Button onClick={() => setConfirm(true)}>Confirm</Button>
              <Button
                onClick={() => {
                  toast({ title: 'Saved.', tone: 'ok' });
                  toast({
                    title: 'The pod could not be deleted.',
                    description: 'pods "web" is forbidden',
                    tone: 'bad',
                  });
                }}
              >
                Toasts
              </Button>
            </Row>
            <Tabs
              label="Examples"
              value={tab}
              onValueChange={setTab}
              tabs={[
                { value: 'one', label: 'Summary', content: 'The first.' },
                { value: 'two', label: 'YAML', content: 'The second.' },
                { value: 'three', label: 'Disabled', disabled: true },
              ]}
            />
          </Card>
          <Card title="Loading" bodyClassName="flex flex-col gap-2.5">
            <Skeleton className="w-3/4" />
            <Skeleton className="w-1/2" />
            <Skeleton className="h-20" />
          </Card>
          <Card title="Empty">
            <EmptyState icon={<Inbox aria-hidden />} title="No jobs yet" action={<Button>Create one</Button>}>
              Jobs of this namespace would be listed here.
            </EmptyState>
          </Card>
          <Card title="Error">
            <ErrorState
              title="The pods could not be loaded."
              retrying="Trying again in 8 s."
              onRetry={() => toast({ title: 'Tried again.' })}
            >
              The agent of prod-us has been offline for 4 minutes.
            </ErrorState>
            <ErrorState compact title="You may not list nodes in the whole cluster.">
              nodes is forbidden: User "postern:ada@example.com" cannot list resource "nodes"
            </ErrorState>
          </Card>
          <div className="lg:col-span-2">
            <DataTable
              label="Example"
              rows={tones}
              keyOf={(tone) => tone}
              columns={[
                { header: 'Tone', cell: (tone) => <StatusDot tone={tone}>{tone}</StatusDot> },
                { header: 'Size', align: 'right', cell: (tone) => <Bytes value={tone.length * 12_345} /> },
              ]}
            />
          </div>
        </div>
        <Dialog
          open={dialog}
          onOpenChange={setDialog}
          title="A dialog"
          description="With a word on what it is for."
          footer={<Button variant="primary">Done</Button>}
        >
          Its content.
        </Dialog>
        <ConfirmDialog
          open={confirm}
          onOpenChange={setConfirm}
          title="Delete prod-eu?"
          description="This cannot be undone."
          name="prod-eu"
          action="Delete cluster"
          onConfirm={() => Promise.reject(new Error('The gateway could not be reached.'))}
        />
      </Page>
    </main>
  );
}

function Row({ children }: { children: ReactNode }) {
  return <div className="mb-3 flex flex-wrap items-center gap-3 last:mb-0">{children}</div>;
}
