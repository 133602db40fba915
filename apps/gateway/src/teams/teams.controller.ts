import { Controller, Inject } from '@nestjs/common';
import { notFound } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { Teams } from './teams.ts';

@Controller()
export class TeamsController {
  @Inject(Teams) private readonly teams!: Teams;

  @Operation('listTeams')
  async list(@CallOf() { organization }: Call<'listTeams'>): Promise<Answer<'listTeams'>> {
    return { items: await this.teams.list(organization.id) };
  }

  @Operation('createTeam')
  create(@CallOf() { organization, body }: Call<'createTeam'>): Promise<Answer<'createTeam'>> {
    return this.teams.create(organization.id, body);
  }

  @Operation('updateTeam')
  update(@CallOf() { organization, params, body }: Call<'updateTeam'>): Promise<Answer<'updateTeam'>> {
    return this.teams.rename(organization.id, params.team, body.name);
  }

  @Operation('deleteTeam')
  async delete(@CallOf() { organization, params }: Call<'deleteTeam'>): Promise<undefined> {
    if (!(await this.teams.delete(organization.id, params.team))) throw notFound();
  }

  @Operation('addTeamMember')
  add(@CallOf() { organization, params, body }: Call<'addTeamMember'>): Promise<Answer<'addTeamMember'>> {
    return this.teams.add(organization.id, params.team, body);
  }

  @Operation('removeTeamMember')
  async remove(@CallOf() { organization, params }: Call<'removeTeamMember'>): Promise<undefined> {
    if (!(await this.teams.remove(organization.id, params.team, params.account))) throw notFound();
  }
}
