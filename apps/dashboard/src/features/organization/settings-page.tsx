'use client';
import type { Me, Organization } from '@postern/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Page } from '#components/ui/page.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { toast } from '#components/ui/toast.tsx';
import { usePermission } from '#features/access/use-permission.ts';
import { useOrganization } from '#features/address/use-organization.ts';
import { api } from '#features/browser-session/api.ts';
import { formErrorsOf, InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { written } from '#features/browser-session/use-form.ts';
import { navigate } from '#features/router/address-bar.ts';

/** The name and the rules of an organization, and its end. */
export function SettingsPage() {
  const organization = useOrganization();
  const client = useQueryClient();
  const mayDelete = usePermission(organization, 'organization:delete');
  const settings = useQuery({
    queryKey: ['organization', organization],
    queryFn: ({ signal }) => api.call('getOrganization', { params: { organization }, signal }),
  });
  const [deleting, setDeleting] = useState(false);

  async function remove() {
    await api.call('deleteOrganization', { params: { organization }, query: { confirm: organization } });
    client.setQueryData<Me>(
      ['me'],
      (me) => me && { ...me, organizations: me.organizations.filter(({ slug }) => slug !== organization) },
    );
    navigate('/', { replace: true });
  }

  return (
    <Page title="Settings" description="Of the whole organization." width="narrow">
      {settings.data === undefined &&
        (settings.error === null ? (
          <Skeleton className="h-40 w-full" />
        ) : (
          <ErrorState title="The settings could not be loaded." onRetry={() => void settings.refetch()}>
            {settings.error.message}
          </ErrorState>
        ))}
      {settings.data !== undefined && <SettingsForm settings={settings.data} />}
      {settings.data !== undefined && mayDelete && (
        <Card className="mt-5">
          <h2 className="font-semibold">Delete the organization</h2>
          <p className="mt-1 mb-4 text-muted">
            Its clusters are cut off at once, and its members, tokens and access are deleted with it.
          </p>
          <Button variant="danger" onClick={() => setDeleting(true)}>
            Delete organization
          </Button>
        </Card>
      )}
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete ${settings.data?.name ?? organization}?`}
        description="Everything in it is deleted. This cannot be undone."
        name={organization}
        action="Delete organization"
        onConfirm={remove}
      />
    </Page>
  );
}

function SettingsForm({ settings }: { settings: Organization }) {
  const organization = settings.slug;
  const mayUpdate = usePermission(organization, 'organization:update');
  const client = useQueryClient();
  // Not `useForm`, which is for one submission: settings can be saved again.
  const saving = useMutation({
    mutationFn: async (data: FormData) => {
      const name = written(data, 'name');
      if (name === '') throw new InvalidForm({ name: 'Give it a name' });
      const body = { name, breakGlass: data.get('breakGlass') !== null };
      const saved = await api.call('updateOrganization', { params: { organization }, body });
      client.setQueryData<Organization>(['organization', organization], saved);
      await client.invalidateQueries({ queryKey: ['me'] });
      toast({ title: 'The settings are saved.', tone: 'ok' });
    },
  });
  const errors = formErrorsOf(saving.error, ['name']);
  return (
    <Card>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate(new FormData(event.currentTarget));
        }}
      >
        <GeneralError>{errors.general}</GeneralError>
        <Field label="Name" hint={`Its slug stays ${organization}.`} error={errors.fields['name']}>
          {(control) => (
            <Input
              {...control}
              name="name"
              maxLength={100}
              autoComplete="off"
              defaultValue={settings.name}
              readOnly={!mayUpdate}
            />
          )}
        </Field>
        <Checkbox name="breakGlass" defaultChecked={settings.breakGlass} disabled={!mayUpdate}>
          In an emergency, members may take access to a cluster for an hour without an approval.
        </Checkbox>
        {mayUpdate && (
          <Button type="submit" variant="primary" busy={saving.isPending} className="self-end">
            Save
          </Button>
        )}
      </form>
    </Card>
  );
}
