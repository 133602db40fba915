import type { SignedIn, SignInRequest, SignUpRequest } from '@postern/contracts';
import { ApiError } from '../http/api-error.ts';
import type { BrowserSessions } from '../identity/browser-sessions.ts';
import { rememberDeviceCookie, signInCookies } from '../identity/cookies.ts';
import type { Devices } from '../identity/devices.ts';
import type { Principal } from '../identity/principal.ts';
import type { ApiTokens } from '../tokens/api-tokens.ts';
import type { Accounts, Person } from './accounts.ts';
import type { SetupCode } from './setup-code.ts';
import type { SignInLimits } from './sign-in-limits.ts';

/** What identifies a client that signs in or up. */
export interface SigningIn {
  /** Network address under which attempts are counted. */
  address: string;
  /** Values of its cookies; null if it has none. */
  device: string | null;
  refresh: string | null;
}

/** A successful sign-in. */
export interface Started {
  me: SignedIn;
  /** Values of `Set-Cookie`; none if a token was requested. */
  cookies: string[];
}

interface Dependencies {
  accounts: Accounts;
  setupCode: SetupCode;
  limits: SignInLimits;
  sessions: BrowserSessions;
  devices: Devices;
  tokens: ApiTokens;
}

/** Sign-up, sign-in and sign-out. */
export class SignIns {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Creates an account with its organization. @throws ApiError `conflict`, `rate-limited`, and those of `SetupCode.guard`. */
  async signUp({ setupCode: code, token, ...asked }: SignUpRequest, client: SigningIn): Promise<Started> {
    const { accounts, setupCode, limits } = this.#dependencies;
    limits.beforeSignUp(client.address);
    const user = await setupCode.guard({ code, address: client.address }, () => accounts.signUp(asked));
    return this.#start(user, token, client);
  }

  /** @throws ApiError `invalid-credentials`, `rate-limited`. */
  async signIn({ email, password, token }: SignInRequest, client: SigningIn): Promise<Started> {
    const { accounts, limits } = this.#dependencies;
    const attempt = { email, address: client.address, device: client.device };
    limits.beforeSignIn(attempt);
    const user = await accounts.check(email, password);
    if (user === null) throw new ApiError('invalid-credentials', 'The e-mail address or the password is wrong.');
    limits.signedIn(attempt);
    return this.#start(user, token, client);
  }

  /** New cookies for a refresh secret; null if its session has ended. */
  async refresh(secret: string | null): Promise<Started | null> {
    const { accounts, sessions } = this.#dependencies;
    const signIn = await sessions.refresh(secret);
    return signIn && { me: await accounts.describe(signIn.userId), cookies: signInCookies(signIn) };
  }

  /** Ends the credential used to sign out. */
  async signOut({ userId, credential: { kind, id } }: Principal): Promise<void> {
    if (kind === 'browser') await this.#dependencies.sessions.endById(id);
    else await this.#dependencies.tokens.revokeOwn(userId, id);
  }

  /** Creates a token if one was requested, otherwise a new browser session; the browser's previous session ends. */
  async #start(user: Person, asked: SignInRequest['token'], client: SigningIn): Promise<Started> {
    const { accounts, sessions, tokens } = this.#dependencies;
    const me = await accounts.describe(user.id);
    if (asked === undefined) {
      await sessions.end(client.refresh);
      const cookies = signInCookies(await sessions.begin(user));
      return { me, cookies: [...cookies, this.#deviceCookie(user, client.device)] };
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
    });
    return { me: { ...me, token: { id: token.id, secret, expiresAt: token.expiresAt } }, cookies: [] };
  }

  /** Keeps the browser's device cookie if it has one for this person, so that it keeps its count. */
  #deviceCookie({ email }: Person, known: string | null): string {
    const { devices } = this.#dependencies;
    const isTheirs = known !== null && devices.read(email, known) !== null;
    return rememberDeviceCookie(isTheirs ? known : devices.make(email));
  }
}
