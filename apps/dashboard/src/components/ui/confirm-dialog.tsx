'use client';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { Input } from './input.tsx';

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will be lost. */
  description: ReactNode;
  /** Text that must be typed to enable the action; leave out if the action is harmless. */
  name?: string;
  /** The button's label: "Delete cluster". */
  action: string;
  /** Runs the action; if it rejects, the error is shown and the dialog stays open. */
  onConfirm: () => Promise<unknown> | unknown;
  children?: ReactNode;
}

/** Asks for confirmation before something that cannot be undone. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  description,
  name,
  action,
  onConfirm,
  children,
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState('');
  const { mutate, reset, error, isPending } = useMutation({
    mutationFn: async () => onConfirm(),
    onSuccess: () => onOpenChange(false),
  });
  useEffect(() => {
    if (!open) return;
    setTyped('');
    reset();
  }, [open, reset]);
  const ready = name === undefined || typed.trim() === name;

  function confirm() {
    if (ready && !isPending) mutate();
  }

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={description}
      size="sm"
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="danger" busy={isPending} disabled={!ready} onClick={confirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      {name !== undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            confirm();
          }}
        >
          <Field label={`Type ${name} to confirm`} error={error?.message}>
            {(control) => (
              <Input
                {...control}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
                spellCheck={false}
              />
            )}
          </Field>
        </form>
      )}
      {name === undefined && error !== null && (
        <p role="alert" className="text-bad">
          {error.message}
        </p>
      )}
    </Dialog>
  );
}
