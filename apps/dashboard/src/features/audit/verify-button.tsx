'use client';
import { useMutation } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { type Verified, verifyTrail } from './verify.ts';

/** Checks the chain of the trail, and says what it found. */
export function VerifyButton({ organization }: { organization: string }) {
  const [open, setOpen] = useState(false);
  const [checked, setChecked] = useState(0);
  const check = useMutation({ mutationFn: () => verifyTrail(organization, setChecked) });

  function begin() {
    setChecked(0);
    setOpen(true);
    check.mutate();
  }

  return (
    <>
      <Button icon={<ShieldCheck aria-hidden />} busy={check.isPending} onClick={begin}>
        Verify
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        size="sm"
        title="Is the trail what was recorded?"
        description="Each entry contains the hash of the one before. An entry that was changed, added or removed breaks the chain."
      >
        <p role="status">
          {check.isPending && `${checked.toLocaleString('en')} entries checked…`}
          {check.data !== undefined && outcome(check.data)}
          {check.error !== null && `The check could not be completed: ${check.error.message}`}
        </p>
      </Dialog>
    </>
  );
}

function outcome({ checked, first, last, broken }: Verified): string {
  if (broken !== null) return `No: entry ${broken.seq} is not what was recorded (${broken.problem}).`;
  if (checked === 0) return 'The trail is empty.';
  return `Yes: all ${checked.toLocaleString('en')} entries, ${first} to ${last}, are what was recorded.`;
}
