import { Controller, Inject } from '@nestjs/common';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { SessionList } from './session-list.ts';

@Controller()
export class SessionsController {
  @Inject(SessionList) private readonly sessions!: SessionList;

  @Operation('listSessions')
  list(@CallOf() { organization, query }: Call<'listSessions'>): Promise<Answer<'listSessions'>> {
    return this.sessions.page(organization.id, query);
  }
}
