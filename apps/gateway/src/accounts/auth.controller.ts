import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import { countedAddressOf, remoteAddressOf } from '../edge/remote-address.ts';
import { ApiError, crossSite } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { refusesCrossSite } from '../identity/browser-request.ts';
import { challengeCookie, deviceCookie, readCookie, refreshCookie, signOutCookies } from '../identity/cookies.ts';
import { Accounts } from './accounts.ts';
import { SignIns, type SigningIn, type Step } from './sign-ins.ts';

@Controller()
export class AuthController {
  @Inject(Accounts) private readonly accounts!: Accounts;
  @Inject(SignIns) private readonly signIns!: SignIns;
  @Inject(CONFIG) private readonly config!: Config;

  @Operation('signUp')
  async signUp(@CallOf() { body, request, reply }: Call<'signUp'>): Promise<Answer<'signUp'>> {
    return answer(reply, await this.signIns.signUp(body, clientOf(request)));
  }

  @Operation('signIn')
  async signIn(@CallOf() { body, request, reply }: Call<'signIn'>): Promise<Answer<'signIn'>> {
    return answer(reply, await this.signIns.signIn(body, clientOf(request)));
  }

  @Operation('completeSignIn')
  async completeSignIn(@CallOf() { body, request, reply }: Call<'completeSignIn'>): Promise<Answer<'completeSignIn'>> {
    return answer(reply, await this.signIns.complete(body, clientOf(request)));
  }

  @Operation('passkeyForSecondFactor')
  async passkeyForSecondFactor(
    @CallOf() { request }: Call<'passkeyForSecondFactor'>,
  ): Promise<Answer<'passkeyForSecondFactor'>> {
    return { ...(await this.signIns.passkeyForSecondFactor(clientOf(request))) };
  }

  @Operation('passkeyForSignIn')
  async passkeyForSignIn(@CallOf() { request, reply }: Call<'passkeyForSignIn'>): Promise<Answer<'passkeyForSignIn'>> {
    return answer(reply, await this.signIns.passkeyForSignIn(clientOf(request)));
  }

  @Operation('signInWithPasskey')
  async signInWithPasskey(
    @CallOf() { body, request, reply }: Call<'signInWithPasskey'>,
  ): Promise<Answer<'signInWithPasskey'>> {
    return answer(reply, await this.signIns.signInWithPasskey(body.passkey, clientOf(request)));
  }

  @Operation('refresh')
  async refresh(@CallOf() { request, reply }: Call<'refresh'>): Promise<Answer<'refresh'>> {
    // The route is public because its cookie is the only credential, so the check for other routes is repeated here.
    if (refusesCrossSite(request, this.config.publicOrigin)) throw crossSite(this.config.publicOrigin);
    const started = await this.signIns.refresh(readCookie(request.headers.cookie, refreshCookie));
    if (started !== null) return answer(reply, started);
    void reply.header('set-cookie', signOutCookies());
    throw new ApiError('unauthenticated', 'Your session has ended. Sign in again.');
  }

  @Operation('signOut')
  async signOut(@CallOf() { principal, reply }: Call<'signOut'>): Promise<undefined> {
    await this.signIns.signOut(principal);
    if (principal.credential.kind === 'browser') void reply.header('set-cookie', signOutCookies());
  }

  @Operation('getMe')
  getMe(@CallOf() { principal }: Call<'getMe'>): Promise<Answer<'getMe'>> {
    return this.accounts.describe(principal.userId, principal.providerOf);
  }
}

/** What identifies the client of a request. */
export function clientOf(request: FastifyRequest): SigningIn {
  const { cookie } = request.headers;
  return {
    address: countedAddressOf(request.raw),
    remoteAddress: remoteAddressOf(request.raw),
    userAgent: request.headers['user-agent'] ?? '',
    device: readCookie(cookie, deviceCookie),
    refresh: readCookie(cookie, refreshCookie),
    challenge: readCookie(cookie, challengeCookie),
  };
}

/** The answer of a step; its cookies are set. */
export function answer<T>(reply: FastifyReply, step: Step<T>): T {
  if (step.cookies.length > 0) void reply.header('set-cookie', step.cookies);
  return step.answer;
}
