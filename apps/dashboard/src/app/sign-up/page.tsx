import { SignUpForm } from '#features/browser-session/sign-up-form.tsx';

export const metadata = { title: 'Create an account' };

export default function Page() {
  return <SignUpForm />;
}
