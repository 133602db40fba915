'use client';
import type { CreatedAuditWebhook } from '@postern/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { api } from '#features/browser-session/api.ts';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';

/** Adds a webhook, and shows its signing key once. */
export function AddWebhookDialog({
  organization,
  open,
  onOpenChange,
}: {
  organization: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const client = useQueryClient();
  const form = useId();
  const [made, setMade] = useState<CreatedAuditWebhook>();
  const { errors, busy, onSubmit, reset } = useForm(['url'], async (data) => {
    const url = written(data, 'url');
    if (url === '') throw new InvalidForm({ url: 'Say where entries are sent' });
    setMade(await api.call('createAuditWebhook', { params: { organization }, body: { url } }));
    await client.invalidateQueries({ queryKey: ['audit-webhooks', organization] });
  });
  useEffect(() => {
    if (open) return;
    setMade(undefined);
    reset();
  }, [open, reset]);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={made === undefined ? 'Add a webhook' : 'Copy the signing key now'}
      description={
        made === undefined
          ? 'New entries of the trail are sent there as they are written, in order.'
          : 'It is not shown again. Deliveries are signed with it as standardwebhooks.com describes.'
      }
      footer={
        made === undefined ? (
          <>
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={busy}>
              Add webhook
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => onOpenChange(false)}>
            Done
          </Button>
        )
      }
    >
      {made === undefined ? (
        <form id={form} noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
          <GeneralError>{errors.general}</GeneralError>
          <Field label="URL" error={errors.fields['url']}>
            {(control) => (
              <Input
                {...control}
                name="url"
                type="url"
                placeholder="https://siem.example.com/postern"
                autoComplete="off"
                spellCheck={false}
                maxLength={500}
              />
            )}
          </Field>
        </form>
      ) : (
        <CopyBox text={made.key} secret={made.key} label="signing key" />
      )}
    </Dialog>
  );
}
