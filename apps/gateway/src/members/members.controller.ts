import { Controller, Inject } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { answer, clientOf } from '../accounts/auth.controller.ts';
import { countedAddressOf } from '../edge/remote-address.ts';
import { ApiError, notFound, rateLimited } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { Limits } from '../limits/limits.ts';
import { Invitations } from './invitations.ts';
import { Joining } from './joining.ts';
import { Members } from './members.ts';

@Controller()
export class MembersController {
  @Inject(Members) private readonly members!: Members;
  @Inject(Invitations) private readonly invitations!: Invitations;
  @Inject(Joining) private readonly joining!: Joining;
  @Inject(Limits) private readonly limits!: Limits;

  @Operation('listMembers')
  async list(@CallOf() { organization }: Call<'listMembers'>): Promise<Answer<'listMembers'>> {
    return { items: await this.members.list(organization.id) };
  }

  @Operation('updateMember')
  update(@CallOf() call: Call<'updateMember'>): Promise<Answer<'updateMember'>> {
    return this.members.setRole(managerOf(call), call.params.user, call.body.role);
  }

  @Operation('removeMember')
  async remove(@CallOf() call: Call<'removeMember'>): Promise<undefined> {
    await this.members.remove(managerOf(call), call.params.user);
  }

  @Operation('leaveOrganization')
  async leave(@CallOf() call: Call<'leaveOrganization'>): Promise<undefined> {
    await this.members.remove(managerOf(call), call.principal.userId);
  }

  @Operation('listInvitations')
  async listInvitations(@CallOf() { organization }: Call<'listInvitations'>): Promise<Answer<'listInvitations'>> {
    return { items: await this.invitations.list(organization.id) };
  }

  @Operation('inviteMember')
  invite(@CallOf() call: Call<'inviteMember'>): Promise<Answer<'inviteMember'>> {
    return this.invitations.invite(managerOf(call), call.body);
  }

  @Operation('resendInvitation')
  resend(@CallOf() call: Call<'resendInvitation'>): Promise<Answer<'resendInvitation'>> {
    return this.invitations.resend(managerOf(call), call.params.invitation);
  }

  @Operation('revokeInvitation')
  async revokeInvitation(@CallOf() { organization, params }: Call<'revokeInvitation'>): Promise<undefined> {
    if (!(await this.invitations.revoke(organization.id, params.invitation))) throw notFound();
  }

  @Operation('readInvitation')
  read(@CallOf() { body, request }: Call<'readInvitation'>): Promise<Answer<'readInvitation'>> {
    this.#countClaim(request);
    return this.invitations.read(body.secret);
  }

  @Operation('acceptInvitation')
  async accept(@CallOf() { principal, body }: Call<'acceptInvitation'>): Promise<Answer<'acceptInvitation'>> {
    if (principal.credential.scopes !== null)
      throw new ApiError('forbidden', 'A token with scopes cannot accept an invitation. Sign in to accept it.');
    const { id, name, slug } = await this.joining.accept(principal, body.secret);
    return { organization: { id, name, slug } };
  }

  @Operation('signUpInvited')
  async signUp(@CallOf() { body, request, reply }: Call<'signUpInvited'>): Promise<Answer<'signUpInvited'>> {
    this.#countClaim(request);
    return answer(reply, await this.joining.signUp(body, clientOf(request)));
  }

  /** @throws {ApiError} `rate-limited`. */
  #countClaim(request: FastifyRequest): void {
    const seconds = this.limits.take('invitationsPerAddress', countedAddressOf(request.raw));
    if (seconds > 0) throw rateLimited(seconds);
  }
}

function managerOf({ principal, organization }: Pick<Call<'updateMember'>, 'principal' | 'organization'>) {
  return { organizationId: organization.id, userId: principal.userId, role: organization.role };
}
