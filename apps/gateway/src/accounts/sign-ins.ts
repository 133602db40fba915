import type { SecondFactorNeeded, SignedIn, SignInRequest, SignUpRequest } from '@postern/contracts';
import { ApiError } from '../http/api-error.ts';
import type { BrowserSessions } from '../identity/browser-sessions.ts';
import { dropChallengeCookie, holdChallengeCookie, rememberDeviceCookie, signInCookies } from '../identity/cookies.ts';
import type { Devices } from '../identity/devices.ts';
import type { Principal } from '../identity/principal.ts';
import { type Challenge, type Challenges, challengeMs } from '../second-factors/challenges.ts';
import type { Passkeys } from '../second-factors/passkeys.ts';
import type { Proof, SecondFactors } from '../second-factors/second-factors.ts';
import type { ApiTokens } from '../tokens/api-tokens.ts';
import type { Accounts, Person } from './accounts.ts';
import type { EmailAddresses } from './email-addresses.ts';
import type { SetupCode } from './setup-code.ts';
import type { SignInLimits } from './sign-in-limits.ts';

/** What identifies a client that signs in or up. */
export interface SigningIn {
  /** Network address under which attempts are counted. */
  address: string;
  /** Network address and `User-Agent`, for the person's list of sign-ins. */
  remoteAddress: string;
  userAgent: string;
  /** Values of its cookies; null if it has none. */
  device: string | null;
  refresh: string | null;
  challenge: string | null;
}

/** A successful step of a sign-in, with the values of `Set-Cookie`; none if a token was requested. */
export interface Step<T> {
  answer: T;
  cookies: string[];
}

interface Dependencies {
  accounts: Accounts;
  emails: EmailAddresses;
  setupCode: SetupCode;
  limits: SignInLimits;
  sessions: BrowserSessions;
  devices: Devices;
  tokens: ApiTokens;
  factors: SecondFactors;
  challenges: Challenges;
  passkeys: Passkeys;
}

type TokenRequest = SignInRequest['token'];

/** Sign-up, sign-in and sign-out. */
export class SignIns {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Creates an account with its organization. @throws ApiError `conflict`, `rate-limited`, and those of `SetupCode.guard`. */
  async signUp({ setupCode: code, token, ...asked }: SignUpRequest, client: SigningIn): Promise<Step<SignedIn>> {
    const { accounts, emails, setupCode, limits } = this.#dependencies;
    limits.beforeSignUp(client.address);
    const user = await setupCode.guard({ code, address: client.address }, () => accounts.signUp(asked));
    await emails.welcome(user);
    return this.begin(user, { token, client, hasSecondFactor: false });
  }

  /** The only step, or the first of two. @throws ApiError `invalid-credentials`, `rate-limited`. */
  async signIn(
    { email, password, token }: SignInRequest,
    client: SigningIn,
  ): Promise<Step<SignedIn | SecondFactorNeeded>> {
    const { accounts, factors, limits } = this.#dependencies;
    const attempt = { email, address: client.address, device: client.device };
    limits.beforeSignIn(attempt);
    const user = await accounts.check(email, password);
    if (user === null) throw new ApiError('invalid-credentials', 'The e-mail address or the password is wrong.');
    // Whoever only knows the password is not known to be the owner yet.
    if ((await factors.methods(user.id)).length > 0) return this.#askForSecondFactor(user, token);
    limits.signedIn(attempt);
    return this.begin(user, { token, client, hasSecondFactor: false });
  }

  /** The second step. @throws ApiError `invalid-credentials`, `rate-limited`. */
  async complete(
    { challenge: secret, token, ...proof }: Proof & { challenge?: string | undefined; token?: TokenRequest },
    client: SigningIn,
  ): Promise<Step<SignedIn>> {
    const { factors, challenges, limits } = this.#dependencies;
    const challenge = await this.#openChallenge('secondFactor', secret ?? client.challenge);
    const user = await this.#userOf(challenge);
    const attempt = { email: user.email, address: client.address, device: client.device };
    limits.beforeSecondFactor(attempt);
    const about = { email: user.email };
    if (!(await challenges.attempt(challenge))) throw startAgain(about);
    if (!(await factors.check(user.id, proof, challenge.passkeyChallenge))) {
      const [path = 'code'] = Object.keys(proof);
      const message = 'This is wrong, has expired, or was used before.';
      throw new ApiError('invalid-credentials', message, { fields: [{ path, message }], about });
    }
    if (!(await challenges.use(challenge))) throw startAgain(about);
    limits.signedIn(attempt);
    return this.begin(user, { token, client, hasSecondFactor: true });
  }

  /** What a passkey must sign in the second step. @throws ApiError `invalid-credentials`: no sign-in is under way. */
  async passkeyForSecondFactor(client: SigningIn) {
    const challenge = await this.#openChallenge('secondFactor', client.challenge);
    return this.#dependencies.passkeys.requestOptions(challenge.passkeyChallenge, challenge.userId);
  }

  /** What a passkey must sign to sign in alone. @throws ApiError `rate-limited`. */
  async passkeyForSignIn(client: SigningIn) {
    const { challenges, passkeys, limits } = this.#dependencies;
    limits.beforePasskey(client.address);
    const { secret, passkeyChallenge } = await challenges.forSignIn('passkeySignIn', null);
    const options = await passkeys.requestOptions(passkeyChallenge, null);
    return { answer: { ...options }, cookies: [heldBy(secret)] };
  }

  /** A passkey whose authenticator verified its user is two factors at once. @throws ApiError `invalid-credentials`, `rate-limited`. */
  async signInWithPasskey(passkey: NonNullable<Proof['passkey']>, client: SigningIn): Promise<Step<SignedIn>> {
    const { accounts, challenges, passkeys, limits } = this.#dependencies;
    limits.beforePasskey(client.address);
    const challenge = await this.#openChallenge('passkeySignIn', client.challenge);
    if (!(await challenges.use(challenge))) throw startAgain();
    const signed = { assertion: passkey, challenge: challenge.passkeyChallenge };
    const userId = await passkeys.holderOf(signed, { isAlone: true });
    const user = userId === null ? null : await accounts.person(userId);
    if (user === null) {
      const ownerId = await passkeys.ownerOf(passkey.id);
      const owner = ownerId === null ? null : await accounts.person(ownerId);
      throw new ApiError(
        'invalid-credentials',
        'This passkey opens no account here.',
        owner === null ? {} : { about: { email: owner.email } },
      );
    }
    limits.signedIn({ email: user.email, address: client.address, device: client.device });
    return this.begin(user, { token: undefined, client, hasSecondFactor: true });
  }

  /** Begins a browser session of a person for whom an organization's provider vouched. It opens that organization only. */
  async viaProvider(
    user: Person,
    client: SigningIn,
    vouched: { providerOf: string; hasSecondFactor: boolean },
  ): Promise<Step<SignedIn>> {
    const { accounts, sessions } = this.#dependencies;
    await sessions.end(client.refresh);
    const { remoteAddress: address, userAgent } = client;
    const cookies = signInCookies(await sessions.begin(user, { address, userAgent, ...vouched }));
    return { answer: await accounts.describe(user.id, vouched.providerOf), cookies };
  }

  /** New cookies for a refresh secret; null if its session has ended. */
  async refresh(secret: string | null): Promise<Step<SignedIn> | null> {
    const { accounts, sessions } = this.#dependencies;
    const signIn = await sessions.refresh(secret);
    return (
      signIn && { answer: await accounts.describe(signIn.userId, signIn.providerOf), cookies: signInCookies(signIn) }
    );
  }

  /** Ends the credential used to sign out. */
  async signOut({ userId, credential: { kind, id } }: Principal): Promise<void> {
    if (kind === 'browser') await this.#dependencies.sessions.endById(id);
    else await this.#dependencies.tokens.revokeOwn(userId, id);
  }

  async #askForSecondFactor(user: Person, token: TokenRequest): Promise<Step<SecondFactorNeeded>> {
    const { factors, challenges } = this.#dependencies;
    const [methods, { secret, expiresAt }] = await Promise.all([
      factors.methods(user.id),
      challenges.forSignIn('secondFactor', user),
    ]);
    const needed = { methods, expiresAt: expiresAt.toISOString() };
    return token === undefined
      ? { answer: { secondFactor: needed }, cookies: [heldBy(secret)] }
      : { answer: { secondFactor: { ...needed, challenge: secret } }, cookies: [] };
  }

  /** @throws ApiError `invalid-credentials`. */
  async #openChallenge(kind: 'secondFactor' | 'passkeySignIn', secret: string | null): Promise<Challenge> {
    const challenge = secret === null ? null : await this.#dependencies.challenges.find(kind, secret);
    if (challenge === null) throw startAgain();
    return challenge;
  }

  /** Whose password was right, unless their credentials were ended since. @throws ApiError `invalid-credentials`. */
  async #userOf({ userId, userIncarnation }: Challenge): Promise<Person> {
    const user = userId === null ? null : await this.#dependencies.accounts.person(userId);
    if (user === null || user.incarnation !== userIncarnation) throw startAgain();
    return user;
  }

  /**
   * Signs a person in who has proved who they are: creates a token if one was requested, otherwise a new browser session; the
   * browser's previous session ends.
   */
  async begin(
    user: Person,
    { token: asked, client, hasSecondFactor }: { token: TokenRequest; client: SigningIn; hasSecondFactor: boolean },
  ): Promise<Step<SignedIn>> {
    const { accounts, sessions, tokens } = this.#dependencies;
    const me = await accounts.describe(user.id);
    if (asked === undefined) {
      await sessions.end(client.refresh);
      const { remoteAddress: address, userAgent } = client;
      const cookies = signInCookies(await sessions.begin(user, { address, userAgent, hasSecondFactor }));
      const forgotten = client.challenge === null ? [] : [dropChallengeCookie()];
      return { answer: me, cookies: [...cookies, this.#deviceCookie(user, client.device), ...forgotten] };
    }
    const [home] = me.organizations;
    if (home === undefined)
      throw new ApiError(
        'forbidden',
        'You are not a member of any organization, so a token would give access to nothing.',
      );
    const { token, secret } = await tokens.create({
      organizationId: home.id,
      userId: user.id,
      kind: 'cli',
      scopes: [],
      name: asked.name,
      clusterId: null,
      expiresInSeconds: asked.expiresInSeconds,
      by: null,
      proved: { hasSecondFactor },
    });
    return { answer: { ...me, token: { id: token.id, secret, expiresAt: token.expiresAt } }, cookies: [] };
  }

  /** Keeps the browser's device cookie if it has one for this person, so that it keeps its count. */
  #deviceCookie({ email }: Person, known: string | null): string {
    const { devices } = this.#dependencies;
    const isTheirs = known !== null && devices.read(email, known) !== null;
    return rememberDeviceCookie(isTheirs ? known : devices.make(email));
  }
}

const heldBy = (secret: string): string => holdChallengeCookie({ value: secret, seconds: challengeMs / 1_000 });

/** @param about whose sign-in it is, if that is known. */
function startAgain(about?: { email: string }): ApiError {
  const message = 'The sign-in took too long, or had too many wrong codes. Start again.';
  return new ApiError('invalid-credentials', message, about && { about });
}
