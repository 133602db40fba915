'use client';
import { FileUp } from 'lucide-react';
import { type DragEvent, type ReactNode, useId, useRef, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { formatClock } from '#components/format/clock.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import type { CreateRequest } from '#features/browser/create-request.ts';
import { useNamespaces } from '#features/kube/use-namespaces.ts';
import { UnstoredNote } from '#features/objects/unstored-note.tsx';
import { YamlEditor } from '#features/objects/yaml-editor.tsx';
import { CheckedList } from './checked-list.tsx';
import { templates } from './templates.ts';
import { useCreate } from './use-create.ts';

/** An editor for new objects: a dry run first, then creation in order. */
export function CreateDialog({ request, onClose }: { request: CreateRequest; onClose: () => void }) {
  const state = useCreate(request);
  const { busy, checked, chosen, finished, restored } = state;
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && busy !== 'creating' && onClose()}
      size="xl"
      title={`Create in ${request.ref.cluster}`}
      description="YAML or JSON, several documents if you like. The server tries everything first; nothing is created before you have seen the result."
      footer={
        <>
          <Button disabled={busy === 'creating'} onClick={onClose}>
            Close
          </Button>
          {checked === undefined || chosen === 0 || finished ? (
            <Button variant="primary" busy={busy === 'checking'} onClick={() => void state.check()}>
              {checked === undefined ? 'Check' : 'Check again'}
            </Button>
          ) : (
            <Button variant="primary" busy={busy === 'creating'} onClick={() => void state.create()}>
              {verbFor(state)}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Sources state={state} request={request} />
        {restored !== undefined && (
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg bg-info-soft px-4 py-2">
            <span className="min-w-0 flex-1 basis-56">
              This is what you were writing at {formatClock(new Date(restored.at), new Date())}.
            </span>
            <Button size="sm" onClick={state.startOver}>
              Start over
            </Button>
          </p>
        )}
        <UnstoredNote draftKey={state.draftKey} />
        <DropZone onText={state.add}>
          <YamlEditor
            label="Manifests to create"
            value={state.text}
            readOnly={busy === 'creating'}
            onChange={state.setText}
            onSave={() => void state.check()}
            check={state.problems}
          />
        </DropZone>
        {state.problem !== undefined && (
          <p role="alert" className="rounded-lg bg-bad-soft px-4 py-2 text-bad [overflow-wrap:anywhere]">
            {state.problem}
          </p>
        )}
        {checked !== undefined && (
          <CheckedList
            checked={checked}
            progress={state.progress}
            accepted={state.accepted}
            onAccept={state.accept}
            busy={busy !== undefined}
            onLeave={onClose}
          />
        )}
      </div>
    </Dialog>
  );
}

type State = ReturnType<typeof useCreate>;

function verbFor({ checked = [], accepted, chosen }: State): string {
  const changes = checked.filter(({ outcome }, index) => outcome.type === 'change' && accepted.has(index)).length;
  const wrong = checked.filter(({ outcome }) => outcome.type === 'error').length;
  const created = chosen - changes;
  const parts = [
    created > 0 && `create ${created}`,
    changes > 0 && `change ${changes}`,
    wrong > 0 && `leave out ${wrong}`,
  ].filter((part) => part !== false);
  const [first = '', ...rest] = parts.length === 1 && checked.length === 1 ? [created > 0 ? 'create' : 'apply'] : parts;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(', ');
}

/** Where text can come from, and where objects go that name no namespace. */
function Sources({ state, request }: { state: State; request: CreateRequest }) {
  const id = useId();
  const picker = useRef<HTMLInputElement>(null);
  const namespaces = useNamespaces(request.ref);
  return (
    <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
      <Select
        aria-label="Template"
        className="max-sm:flex-1"
        value=""
        onChange={({ target }) => {
          const template = templates.find(({ resource }) => resource === target.value);
          if (template !== undefined) state.add(template.text);
        }}
        options={[
          { value: '', label: 'Add a template…' },
          ...templates.map(({ resource, label }) => ({ value: resource, label })),
        ]}
      />
      <Button icon={<FileUp aria-hidden />} onClick={() => picker.current?.click()}>
        Open files
      </Button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files"
        accept=".yaml,.yml,.json,application/json,application/yaml"
        onChange={({ target }) => {
          void readFiles(target.files).then((text) => text !== '' && state.add(text));
          target.value = '';
        }}
      />
      <div className="ml-auto flex items-center gap-2 max-sm:ml-0 max-sm:w-full">
        <label htmlFor={`${id}-namespace`} className="shrink-0 text-muted">
          Namespace, if none is given
        </label>
        <Input
          id={`${id}-namespace`}
          list={`${id}-namespaces`}
          className="w-44 max-sm:flex-1"
          autoComplete="off"
          spellCheck={false}
          value={state.namespace}
          onChange={({ target }) => state.setNamespace(target.value.trim())}
        />
        <datalist id={`${id}-namespaces`}>
          {namespaces.data?.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
    </div>
  );
}

/** Takes files that are dropped on what it contains. */
function DropZone({ onText, children }: { onText: (text: string) => void; children: ReactNode }) {
  const [over, setOver] = useState(false);
  const holdsFiles = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes('Files');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what can be dropped can also be opened with the button above
    <div
      onDragOver={(event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      // Before the editor, which would insert the text of a file where it was dropped.
      onDropCapture={(event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        void readFiles(event.dataTransfer.files).then((text) => text !== '' && onText(text));
      }}
      className={cn('h-[38vh] min-h-56 overflow-hidden rounded-lg border', over && 'border-accent ring-2 ring-accent')}
    >
      {children}
    </div>
  );
}

/** The text of files, one document after the other. */
async function readFiles(files: FileList | null): Promise<string> {
  const texts = await Promise.all([...(files ?? [])].map((file) => file.text()));
  return texts.filter((text) => text.trim() !== '').join('\n---\n');
}
