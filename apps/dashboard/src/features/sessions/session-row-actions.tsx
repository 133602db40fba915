'use client';
import type { Session } from '@postern/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download, Square } from 'lucide-react';
import { useState } from 'react';
import { saveBlob } from '#components/save-file.ts';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { toast } from '#components/ui/toast.tsx';
import { Tooltip } from '#components/ui/tooltip.tsx';
import { usePermission } from '#features/access/use-permission.ts';
import { api } from '#features/browser-session/api.ts';

/** What can be done with a session: save its recording once it has ended, or end it while it runs. */
export function SessionRowActions({ organization, session }: { organization: string; session: Session }) {
  const mayEnd = usePermission(organization, 'session:end');
  if (session.endedAt === null) return mayEnd && <EndSession organization={organization} session={session} />;
  return session.recording !== null && <SaveRecording organization={organization} session={session} />;
}

function EndSession({ organization, session }: { organization: string; session: Session }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { id, pod, user } = session;

  async function end() {
    await api.call('endSession', { params: { organization, session: id } });
    await client.invalidateQueries({ queryKey: ['sessions', organization] });
    toast({ title: `The session in ${pod} was told to end.`, tone: 'ok' });
  }

  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        icon={<Square aria-hidden />}
        aria-label={`End the session of ${user.email} in ${pod}`}
        onClick={() => setAsking(true)}
      >
        End
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`End the session in ${pod}?`}
        description={`${user.email} is disconnected at once, and told who ended it. What runs in the session may stop.`}
        action="End session"
        onConfirm={end}
      />
    </>
  );
}

function SaveRecording({ organization, session }: { organization: string; session: Session }) {
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      const recording = await api.stream('getRecording', { params: { organization, session: session.id } });
      // Saved as it is: terminals of others may hold anything, so the page never shows it.
      saveBlob(`${session.id}.cast`, await new Response(recording).blob());
    },
    onError: (error) => toast({ title: 'The recording could not be saved.', description: error.message, tone: 'bad' }),
  });
  return (
    <Tooltip content="Save the recording, to be played with asciinema or postern sessions replay">
      <Button
        size="sm"
        variant="ghost"
        icon={<Download aria-hidden />}
        busy={isPending}
        aria-label={`Save the recording of ${session.user.email} in ${session.pod}`}
        onClick={() => mutate()}
      >
        Save
      </Button>
    </Tooltip>
  );
}
