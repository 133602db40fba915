'use client';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, forceLinting, linter, lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, StateEffect, type Text } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef, useState } from 'react';
import type { TextProblem } from './manifests.ts';
import { ProblemList } from './problem-list.tsx';

const look = EditorView.theme({
  '&': { fontSize: '12.5px', backgroundColor: 'var(--surface)', color: 'var(--ink)', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '19px' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--faint)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--hover) 60%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 26%, transparent)',
  },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-searchMatch': { backgroundColor: 'color-mix(in srgb, var(--warn-dot) 40%, transparent)' },
  '.cm-textfield': { backgroundColor: 'var(--surface)', borderColor: 'var(--line-strong)' },
  '.cm-button': { backgroundImage: 'none', backgroundColor: 'var(--surface)', borderColor: 'var(--line-strong)' },
  '.cm-gutter-lint': { width: '16px' },
  '.cm-lint-marker': { width: '11px', height: '11px' },
  '.cm-lint-marker-error': {
    content: '""',
    margin: '4px auto 0',
    borderRadius: '50%',
    backgroundColor: 'var(--bad-dot)',
  },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad-dot)',
    textDecorationSkipInk: 'none',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    maxWidth: 'min(480px, 90vw)',
    overflowWrap: 'anywhere',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad-dot)', fontFamily: 'var(--font-sans)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--active)', border: 'none', color: 'var(--muted)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--info)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.atom], color: 'var(--warn)' },
  { tag: [tags.comment, tags.meta, tags.punctuation, tags.separator], color: 'var(--faint)' },
]);

export interface YamlEditorProps {
  label: string;
  value: string;
  readOnly: boolean;
  onChange: (value: string) => void;
  /** Called on Ctrl-S or ⌘S. */
  onSave: () => void;
  /** Finds problems: a moment after typing, and at once when another function is passed. Leave out to find none. */
  check?: ((text: string) => readonly TextProblem[]) | undefined;
}

/** How long typing must pause before problems are looked for, in milliseconds. */
const PAUSE_MS = 400;
/** A different `check` applies. */
const recheck = StateEffect.define();

/**
 * A text editor for manifests. A new value replaces the text but keeps the position and folds. Problems are marked at their
 * lines, shown on hover, and listed below the text, where screen readers announce them.
 */
export function YamlEditor({ label, value, readOnly, onChange, onSave, check }: YamlEditorProps) {
  const [problems, setProblems] = useState<readonly TextProblem[]>([]);
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const locked = useRef(new Compartment());
  const latest = useRef({ value, readOnly, onChange, onSave, label, check });
  useEffect(() => {
    latest.current = { value, readOnly, onChange, onSave, label, check };
  });
  useEffect(() => {
    if (parent.current === null) return;
    const editor = new EditorView({
      parent: parent.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          lineNumbers(),
          foldGutter(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          bracketMatching(),
          search({ top: true }),
          lintGutter(),
          linter(
            ({ state: { doc } }) => {
              const found = latest.current.check?.(doc.toString()) ?? [];
              setProblems(found);
              return found.map((problem) => diagnosticOf(doc, problem));
            },
            {
              delay: PAUSE_MS,
              needsRefresh: ({ transactions }) =>
                transactions.some(({ effects }) => effects.some((effect) => effect.is(recheck))),
            },
          ),
          indentUnit.of('  '),
          yaml(),
          syntaxHighlighting(colours),
          look,
          EditorView.contentAttributes.of({ 'aria-label': latest.current.label, tabindex: '0' }),
          keymap.of([
            {
              key: 'Mod-s',
              preventDefault: true,
              run: () => {
                latest.current.onSave();
                return true;
              },
            },
            ...searchKeymap,
            ...historyKeymap,
            ...foldKeymap,
            ...lintKeymap,
            ...defaultKeymap,
            indentWithTab,
          ]),
          locked.current.of(lock(latest.current.readOnly)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    view.current?.dispatch({ effects: locked.current.reconfigure(lock(readOnly)) });
    if (!readOnly) view.current?.focus();
  }, [readOnly]);
  useEffect(() => {
    const editor = view.current;
    const shown = editor?.state.doc.toString();
    if (editor === undefined || shown === undefined || shown === value) return;
    editor.dispatch({ changes: smallestChange(shown, value) });
  }, [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the linter calls the latest `check`
  useEffect(() => {
    if (view.current === undefined) return;
    view.current.dispatch({ effects: recheck.of(null) });
    forceLinting(view.current);
  }, [check]);
  function goTo(line: number) {
    const editor = view.current;
    if (editor === undefined) return;
    const { from } = editor.state.doc.line(Math.min(line, editor.state.doc.lines));
    editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    editor.focus();
  }
  return (
    <div className="flex h-full flex-col">
      <div ref={parent} data-own-keys={readOnly ? undefined : true} className="min-h-0 flex-1 overflow-hidden" />
      <ProblemList problems={problems} onChoose={goTo} />
    </div>
  );
}

/** Marks the whole line, without its indentation. */
function diagnosticOf(doc: Text, { line, message }: TextProblem): Diagnostic {
  const { from, to, text } = doc.line(Math.min(line, doc.lines));
  return { from: from + Math.min(text.length, text.search(/\S|$/)), to, severity: 'error', message };
}

const lock = (readOnly: boolean) => [EditorState.readOnly.of(readOnly)];

/** Replaces only what differs, so that the cursor, the folds and the scroll position are kept. */
function smallestChange(from: string, to: string): { from: number; to: number; insert: string } {
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start++;
  let end = 0;
  while (
    end < from.length - start &&
    end < to.length - start &&
    from[from.length - 1 - end] === to[to.length - 1 - end]
  )
    end++;
  return { from: start, to: from.length - end, insert: to.slice(start, to.length - end) };
}
