'use client';
import { useId } from 'react';
import { href } from '#components/href.ts';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Page } from '#components/ui/page.tsx';
import { toast } from '#components/ui/toast.tsx';
import { useOrganization } from '#features/address/use-organization.ts';
import { navigate } from '#features/router/address-bar.ts';
import { useSearchParams } from '#features/router/use-address.ts';
import { RequestForm, useRequestForm } from './request-form.tsx';

/** Requests access, filled in from the address: the gateway's refusals link to it. */
export function NewRequestPage() {
  const organization = useOrganization();
  const query = useSearchParams();
  const id = useId();
  const form = useRequestForm(organization, (request) => {
    const isGiven = request.status === 'approved';
    toast({
      title: isGiven ? 'You have access now.' : 'Your request was sent to those who can approve it.',
      tone: 'ok',
    });
    navigate(href`/${organization}/requests`);
  });
  const suggested = {
    cluster: query.get('cluster') ?? '',
    level: query.get('level') ?? '',
    namespace: query.get('namespace') ?? '',
  };
  return (
    <Page title="Request access" description="Somebody else approves it; you see the decision here." width="narrow">
      <Card>
        <RequestForm id={id} form={form} organization={organization} suggested={suggested} />
        <div className="mt-5 flex justify-end gap-2">
          <Button type="submit" form={id} variant="primary" busy={form.busy}>
            Send request
          </Button>
        </div>
      </Card>
    </Page>
  );
}
