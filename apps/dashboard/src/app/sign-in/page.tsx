import { SignInForm } from '#features/browser-session/sign-in-form.tsx';

export default function Page() {
  return <SignInForm />;
}
