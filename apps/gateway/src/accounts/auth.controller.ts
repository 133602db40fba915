import { Controller, Inject } from '@nestjs/common';
import type { SignedIn, SignInRequest } from '@postern/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import { countedAddressOf } from '../edge/remote-address.ts';
import type { UserModel } from '../generated/prisma/models.ts';
import { ApiError, crossSite } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { refusesCrossSite } from '../identity/browser-request.ts';
import { BrowserSessions } from '../identity/browser-sessions.ts';
import {
  deviceCookie,
  readCookie,
  refreshCookie,
  rememberDeviceCookie,
  signInCookies,
  signOutCookies,
} from '../identity/cookies.ts';
import { Devices } from '../identity/devices.ts';
import { LocalClusters } from '../local/local-clusters.ts';
import { ApiTokens } from '../tokens/api-tokens.ts';
import { Accounts } from './accounts.ts';
import { SetupCode } from './setup-code.ts';
import { SignInLimits } from './sign-in-limits.ts';

@Controller()
export class AuthController {
  @Inject(Accounts) private readonly accounts!: Accounts;
  @Inject(SetupCode) private readonly setupCode!: SetupCode;
  @Inject(SignInLimits) private readonly limits!: SignInLimits;
  @Inject(BrowserSessions) private readonly sessions!: BrowserSessions;
  @Inject(Devices) private readonly devices!: Devices;
  @Inject(ApiTokens) private readonly tokens!: ApiTokens;
  @Inject(LocalClusters) private readonly localClusters!: LocalClusters;
  @Inject(CONFIG) private readonly config!: Config;

  @Operation('signUp')
  async signUp(@CallOf() { body, request, reply }: Call<'signUp'>): Promise<Answer<'signUp'>> {
    this.limits.beforeSignUp(countedAddressOf(request.raw));
    const { setupCode: code, ...asked } = body;
    const { user, organization } = await this.setupCode.guard({ code, address: countedAddressOf(request.raw) }, () =>
      this.accounts.signUp(asked),
    );
    await this.localClusters.createFor(organization);
    return this.#signIn(user, { asked: body.token, request, reply });
  }

  @Operation('signIn')
  async signIn(@CallOf() { body, request, reply }: Call<'signIn'>): Promise<Answer<'signIn'>> {
    const attempt = {
      email: body.email,
      address: countedAddressOf(request.raw),
      device: readCookie(request.headers.cookie, deviceCookie),
    };
    this.limits.beforeSignIn(attempt);
    const user = await this.accounts.check(body.email, body.password);
    if (user === null) throw new ApiError('invalid-credentials', 'The e-mail address or the password is wrong.');
    this.limits.signedIn(attempt);
    return this.#signIn(user, { asked: body.token, request, reply });
  }

  @Operation('refresh')
  async refresh(@CallOf() { request, reply }: Call<'refresh'>): Promise<Answer<'refresh'>> {
    // Public in the table, because its cookie is the only credential; so the check that others get comes here.
    if (refusesCrossSite(request, this.config.publicOrigin)) throw crossSite(this.config.publicOrigin);
    const signIn = await this.sessions.refresh(readCookie(request.headers.cookie, refreshCookie));
    if (signIn === null) {
      void reply.header('set-cookie', signOutCookies());
      throw new ApiError('unauthenticated', 'Your session has ended. Sign in again.');
    }
    void reply.header('set-cookie', signInCookies(signIn));
    return this.accounts.describe(signIn.userId);
  }

  @Operation('signOut')
  async signOut(@CallOf() { principal, reply }: Call<'signOut'>): Promise<undefined> {
    const { kind, id } = principal.credential;
    if (kind === 'browser') {
      await this.sessions.endById(id);
      void reply.header('set-cookie', signOutCookies());
    } else await this.tokens.revokeOwn(principal.userId, id);
  }

  @Operation('getMe')
  getMe(@CallOf() { principal }: Call<'getMe'>): Promise<Answer<'getMe'>> {
    return this.accounts.describe(principal.userId);
  }

  /** The browser's own when it has one for this person already, so that it keeps its count. */
  #deviceCookie({ email }: UserModel, request: FastifyRequest): string {
    const known = readCookie(request.headers.cookie, deviceCookie);
    const value = known !== null && this.devices.read(email, known) !== null ? known : this.devices.make(email);
    return rememberDeviceCookie(value);
  }

  /** A token when one was asked for, else cookies of a new session; the one that the browser had before ends. */
  async #signIn(
    user: UserModel,
    { asked, request, reply }: { asked: SignInRequest['token']; request: FastifyRequest; reply: FastifyReply },
  ): Promise<SignedIn> {
    const me = await this.accounts.describe(user.id);
    if (asked === undefined) {
      await this.sessions.end(readCookie(request.headers.cookie, refreshCookie));
      const cookies = signInCookies(await this.sessions.begin(user));
      void reply.header('set-cookie', [...cookies, this.#deviceCookie(user, request)]);
      return me;
    }
    const [home] = me.organizations;
    if (home === undefined)
      throw new ApiError(
        'forbidden',
        'You are not a member of any organization, so a token would give access to nothing.',
      );
    const { token, secret } = await this.tokens.create({
      organizationId: home.id,
      userId: user.id,
      kind: 'cli',
      name: asked.name,
      clusterId: null,
      expiresInSeconds: asked.expiresInSeconds,
      by: null,
    });
    return { ...me, token: { id: token.id, secret, expiresAt: token.expiresAt } };
  }
}
