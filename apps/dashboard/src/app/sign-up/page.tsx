import { SignUpForm } from '#features/browser-session/sign-up-form.tsx';

export default function Page() {
  return <SignUpForm />;
}
