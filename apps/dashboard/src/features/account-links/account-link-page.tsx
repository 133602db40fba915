'use client';
import { usePathname } from '#features/router/use-address.ts';
import { ConfirmEmail } from './confirm-email.tsx';
import { ForgotPassword } from './forgot-password.tsx';
import { ResetPassword } from './reset-password.tsx';

/** Pages for people who are not signed in, most of which open a link from an e-mail. */
export function AccountLinkPage() {
  const pathname = usePathname();
  switch (pathname) {
    case '/account/reset-password':
      return <ResetPassword />;
    case '/account/confirm-email':
      return <ConfirmEmail />;
    default:
      return <ForgotPassword />;
  }
}
