'use client';
import { Lock } from 'lucide-react';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Page } from '#components/ui/page.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { usePermission } from '#features/access/use-permission.ts';
import { useOrganization } from '#features/address/use-organization.ts';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { useMe } from '#features/browser-session/use-me.ts';
import { ExportButton } from './export-button.tsx';
import { FilterBar } from './filter-bar.tsx';
import { Retention } from './retention.tsx';
import { Trail } from './trail.tsx';
import { useAuditFilter } from './use-audit-filter.ts';
import { VerifyButton } from './verify-button.tsx';
import { Webhooks } from './webhooks.tsx';

/** Who did what in the organization and its clusters. */
export function AuditPage() {
  const organization = useOrganization();
  const mayRead = usePermission(organization, 'audit:read');
  const isKnown = useMe().data !== undefined;
  const [tab, setTab] = useQueryValue('tab');
  const [filter, setFilter] = useAuditFilter();
  return (
    <Page
      title="Audit"
      description="Who did what, through the browser, kubectl, the command line and the API; newest first."
      actions={
        mayRead && (
          <>
            <VerifyButton organization={organization} />
            <ExportButton organization={organization} filter={filter} />
          </>
        )
      }
    >
      {isKnown && !mayRead && (
        <EmptyState icon={<Lock aria-hidden />} title="The trail is not yours to read">
          Owners, admins and auditors of the organization see it. Ask one of them.
        </EmptyState>
      )}
      {mayRead && (
        <Tabs
          label="Audit"
          value={tab === 'keeping' ? 'keeping' : 'trail'}
          onValueChange={(value) => setTab(value === 'trail' ? '' : value)}
          tabs={[
            {
              value: 'trail',
              label: 'Trail',
              content: (
                <>
                  <FilterBar organization={organization} filter={filter} onFilter={setFilter} />
                  <Trail organization={organization} filter={filter} onFilter={setFilter} />
                </>
              ),
            },
            {
              value: 'keeping',
              label: 'Retention and webhooks',
              content: (
                <div className="flex flex-col gap-5">
                  <Retention organization={organization} />
                  <Webhooks organization={organization} />
                </div>
              ),
            },
          ]}
        />
      )}
    </Page>
  );
}
