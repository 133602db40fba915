import { Controller, Inject } from '@nestjs/common';

import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { permits } from '../identity/principal.ts';
import { SessionList } from './session-list.ts';

@Controller()
export class SessionsController {
  @Inject(SessionList) private readonly sessions!: SessionList;

  @Operation('listSessions')
  list(@CallOf() { principal, organization, query }: Call<'listSessions'>): Promise<Answer<'listSessions'>> {
    // Without the permission to see everybody's sessions, people see their own.
    const ofUser = permits(principal, organization.id, 'session:read-all') ? undefined : principal.userId;
    return this.sessions.page({ organizationId: organization.id, ofUser }, query);
  }
}
