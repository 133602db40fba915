import type { CreatedInvitation } from '@postern/contracts';
import { CopyBox } from '#components/ui/copy-box.tsx';

/** Title and description of a dialog that shows the link of a new invitation. */
export function wordsOf({ invitation: { email }, mailed }: CreatedInvitation): { title: string; description: string } {
  if (mailed === null)
    return { title: 'Copy the link now', description: `Send it to ${email}. It is not shown again.` };
  const use = 'This link works only for an account whose address is verified. It is not shown again.';
  return mailed
    ? {
        title: 'The invitation is sent',
        description: `${email} gets a link by e-mail, also to create an account. ${use}`,
      }
    : {
        title: 'The e-mail could not be sent',
        description: `The invitation of ${email} is made. Renew it in a few minutes to send it again. ${use}`,
      };
}

/** The link of a new invitation, hidden until it is revealed or copied. */
export function InvitationLink({ made: { link } }: { made: CreatedInvitation }) {
  return <CopyBox text={link} secret={link.split('#')[1] ?? link} label="invitation link" />;
}
