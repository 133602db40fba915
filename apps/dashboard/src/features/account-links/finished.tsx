import { CredentialsPage } from '#features/browser-session/credentials-page.tsx';
import { Link } from '#features/router/link.tsx';

/** What is left to say when the job of a page is done. */
export function Finished({ title, children }: { title: string; children: string }) {
  return (
    <CredentialsPage
      title={title}
      footer={
        <Link className="link" href="/sign-in">
          Sign in
        </Link>
      }
    >
      <p role="status">{children}</p>
    </CredentialsPage>
  );
}
