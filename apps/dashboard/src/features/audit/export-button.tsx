'use client';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { saveBlob } from '#components/save-file.ts';
import { Button } from '#components/ui/button.tsx';
import { toast } from '#components/ui/toast.tsx';
import { api } from '#features/browser-session/api.ts';
import { type AuditFilter, queryOf } from './audit-filter.ts';

/** Saves what the filters leave of the trail as lines of JSON. */
export function ExportButton({ organization, filter }: { organization: string; filter: AuditFilter }) {
  const saving = useMutation({
    mutationFn: async () => {
      const lines = await api.stream('exportAudit', { params: { organization }, query: queryOf(filter, Date.now()) });
      saveBlob(`audit-${organization}.ndjson`, await new Response(lines).blob());
    },
    onError: (error) => toast({ title: `The export failed: ${error.message}`, tone: 'bad' }),
  });
  return (
    <Button icon={<Download aria-hidden />} busy={saving.isPending} onClick={() => saving.mutate()}>
      Export
    </Button>
  );
}
