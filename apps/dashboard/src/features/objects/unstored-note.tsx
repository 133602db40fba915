import { useDraft, whyUnstored } from '#features/drafts/drafts.ts';

const reasons = {
  secret: 'What is typed for a Secret is never stored in the browser.',
  large: 'This is too large to be stored in the browser.',
  refused: 'The browser does not store anything more.',
} as const;

/** Says that a draft will be lost with its page, and why. */
export function UnstoredNote({ draftKey }: { draftKey: string | undefined }) {
  const draft = useDraft(draftKey);
  const why = draft === undefined || draftKey === undefined ? undefined : whyUnstored(draftKey);
  if (why === undefined) return null;
  return (
    <p role="status" className="rounded-lg bg-warn-soft px-4 py-2 text-warn">
      {reasons[why]} Your changes are lost when this tab is reloaded or closed.
    </p>
  );
}
