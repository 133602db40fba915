'use client';
import { usePathname } from '#features/router/use-address.ts';
import { ConfirmEmail } from './confirm-email.tsx';
import { ForgotPassword } from './forgot-password.tsx';
import { ProviderReturn } from './provider-return.tsx';
import { ProviderSignIn } from './provider-sign-in.tsx';
import { ResetPassword } from './reset-password.tsx';

/** Pages for people who are not signed in, most of which are opened by a link from an e-mail or by a provider. */
export function AccountLinkPage() {
  const pathname = usePathname();
  switch (pathname) {
    case '/account/reset-password':
      return <ResetPassword />;
    case '/account/confirm-email':
      return <ConfirmEmail />;
    case '/account/organization':
      return <ProviderSignIn />;
    case '/account/provider':
      return <ProviderReturn />;
    default:
      return <ForgotPassword />;
  }
}
