import type { SignedIn, SignInRequest, SignUpRequest } from '@postern/contracts';
import type { UserModel } from '../generated/prisma/models.ts';
import { ApiError } from '../http/api-error.ts';
import type { BrowserSessions } from '../identity/browser-sessions.ts';
import { rememberDeviceCookie, signInCookies } from '../identity/cookies.ts';
import type { Devices } from '../identity/devices.ts';
import type { Principal } from '../identity/principal.ts';
import type { ApiTokens } from '../tokens/api-tokens.ts';
import type { Accounts } from './accounts.ts';
import type { SetupCode } from './setup-code.ts';
import type { SignInLimits } from './sign-in-limits.ts';

/** What a client shows of itself when somebody signs in or up. */
export interface SigningIn {
  /** Network address that attempts are counted under. */
  address: string;
  /** Values of its cookies; null where it has none. */
  device: string | null;
  refresh: string | null;
}

/** Somebody has signed in. */
export interface Started {
  me: SignedIn;
  /** Values of `Set-Cookie`; none where a token was asked for. */
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

/** Signing up, in and out. */
export class SignIns {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Makes an account with its organization. @throws ApiError `conflict`, `rate-limited`, and what the set-up code's guard throws. */
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

  /** New cookies for the refresh secret; null when its session has ended. */
  async refresh(secret: string | null): Promise<Started | null> {
    const { accounts, sessions } = this.#dependencies;
    const signIn = await sessions.refresh(secret);
    return signIn && { me: await accounts.describe(signIn.userId), cookies: signInCookies(signIn) };
  }

  /** Ends the credential that somebody signs out with. */
  async signOut({ userId, credential: { kind, id } }: Principal): Promise<void> {
    if (kind === 'browser') await this.#dependencies.sessions.endById(id);
    else await this.#dependencies.tokens.revokeOwn(userId, id);
  }

  /** A token when one was asked for, else cookies of a new session; the one that the browser had before ends. */
  async #start(user: UserModel, asked: SignInRequest['token'], client: SigningIn): Promise<Started> {
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
      name: asked.name,
      clusterId: null,
      expiresInSeconds: asked.expiresInSeconds,
      by: null,
    });
    return { me: { ...me, token: { id: token.id, secret, expiresAt: token.expiresAt } }, cookies: [] };
  }

  /** The browser's own when it has one for this person already, so that it keeps its count. */
  #deviceCookie({ email }: UserModel, known: string | null): string {
    const { devices } = this.#dependencies;
    const isTheirs = known !== null && devices.read(email, known) !== null;
    return rememberDeviceCookie(isTheirs ? known : devices.make(email));
  }
}
