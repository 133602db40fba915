/** An account as far as its name is concerned. */
export interface NamedAccount {
  /** Null for a service account. */
  email: string | null;
  serviceAccount: { name: string } | null;
}

/** What to select of an account to name it. */
export const named = { email: true, serviceAccount: { select: { name: true } } } as const;

/** The name of an account, as in `Principal`: the e-mail address of a person, `service-account:<name>` of a service account. */
export function usernameOf({ email, serviceAccount }: NamedAccount): string {
  return email ?? `service-account:${serviceAccount?.name ?? 'deleted'}`;
}
