'use client';
import type { Me, SecondFactorNeeded } from '@postern/contracts';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { publicApi } from './api.ts';
import { CredentialsPage } from './credentials-page.tsx';
import { InvalidForm } from './form-errors.ts';
import { GeneralError } from './general-error.tsx';
import { signWithPasskey } from './sign-with-passkey.ts';
import { useForm, written } from './use-form.ts';

type Method = SecondFactorNeeded['secondFactor']['methods'][number];

/** What each way of proving the second factor asks for. */
const fields = {
  totp: { name: 'code', label: 'Code of your authenticator app', empty: 'Enter the six digits', mode: 'numeric' },
  'recovery-code': { name: 'recoveryCode', label: 'Recovery code', empty: 'Enter one of your codes', mode: 'text' },
} as const;

const offers: Record<Method, string> = {
  totp: 'Use your authenticator app',
  passkey: 'Use a passkey',
  'recovery-code': 'Use a recovery code',
};

/** The second step of a sign-in. */
export function SecondStep(props: {
  methods: readonly Method[];
  onSignedIn: (me: Me) => void;
  onStartAgain: () => void;
}) {
  const { methods, onSignedIn, onStartAgain } = props;
  const [method, setMethod] = useState<Method>(methods[0] ?? 'recovery-code');
  return (
    <CredentialsPage
      title="Confirm it’s you"
      footer={
        <button type="button" className="link" onClick={onStartAgain}>
          Sign in as somebody else
        </button>
      }
    >
      {method === 'passkey' ? (
        <PasskeyProof onSignedIn={onSignedIn} />
      ) : (
        <TypedProof key={method} method={method} onSignedIn={onSignedIn} />
      )}
      <ul className="mt-4 flex flex-col items-start gap-2">
        {methods
          .filter((other) => other !== method)
          .map((other) => (
            <li key={other}>
              <button type="button" className="link" onClick={() => setMethod(other)}>
                {offers[other]}
              </button>
            </li>
          ))}
      </ul>
    </CredentialsPage>
  );
}

function TypedProof({ method, onSignedIn }: { method: keyof typeof fields; onSignedIn: (me: Me) => void }) {
  const { name, label, empty, mode } = fields[method];
  const { errors, busy, onSubmit } = useForm([name], async (form) => {
    const typed = written(form, name);
    InvalidForm.throwIfAny({ ...(typed === '' && { [name]: empty }) });
    onSignedIn(await publicApi.call('completeSignIn', { body: { [name]: typed } }));
  });
  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
      <GeneralError>{errors.general}</GeneralError>
      <Field label={label} error={errors.fields[name]}>
        {(control) => (
          <Input {...control} name={name} inputMode={mode} autoComplete="one-time-code" spellCheck={false} autoFocus />
        )}
      </Field>
      <Button type="submit" variant="primary" busy={busy}>
        Sign in
      </Button>
    </form>
  );
}

function PasskeyProof({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  const { errors, busy, onSubmit } = useForm([], async () => {
    const passkey = await signWithPasskey(await publicApi.call('passkeyForSecondFactor', {}));
    onSignedIn(await publicApi.call('completeSignIn', { body: { passkey } }));
  });
  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
      <GeneralError>{errors.general}</GeneralError>
      <Button type="submit" variant="primary" busy={busy} autoFocus>
        Use a passkey
      </Button>
    </form>
  );
}
