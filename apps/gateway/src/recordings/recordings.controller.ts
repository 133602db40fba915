import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Controller, Inject, StreamableFile } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOGGER } from '../core/injection-tokens.ts';
import { Lifecycle } from '../core/lifecycle.ts';
import { Database } from '../database/database.ts';
import { logFailure } from '../database/log-failure.ts';
import { remoteAddressOf } from '../edge/remote-address.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { permits } from '../identity/principal.ts';
import { Revalidation } from '../revalidation/revalidation.ts';
import { SessionViewers } from '../sessions/session-viewers.ts';
import { Playback } from './playback.ts';
import { RecordingRows } from './recording-rows.ts';
import { Retention } from './retention.ts';
import { SessionEndings } from './session-endings.ts';

@Controller()
export class RecordingsController {
  @Inject(Database) private readonly database!: Database;
  @Inject(RecordingRows) private readonly rows!: RecordingRows;
  @Inject(Playback) private readonly playback!: Playback;
  @Inject(Retention) private readonly retention!: Retention;
  @Inject(SessionEndings) private readonly endings!: SessionEndings;
  @Inject(SessionViewers) private readonly viewers!: SessionViewers;
  @Inject(Revalidation) private readonly revalidation!: Revalidation;
  @Inject(Lifecycle) private readonly lifecycle!: Lifecycle;
  @Inject(LOGGER) private readonly logger!: Logger;

  @Operation('getRecording')
  async get(@CallOf() call: Call<'getRecording'>): Promise<Answer<'getRecording'>> {
    const { principal, organization, params, query } = call;
    const key = { organizationId: organization.id, sessionId: params.session };
    const session = await this.rows.find(key);
    const isOwn = session?.userId === principal.userId;
    // The same answer as for a session that does not exist.
    if (session === null || !(isOwn || permits(principal, organization.id, 'session:read-all'))) throw notFound();
    const isRunning = session.endedAt === null;
    if (isRunning && !isOwn && !permits(principal, organization.id, 'session:watch'))
      throw new ApiError('forbidden', `Your role (${organization.role}) does not allow watching a running session.`);
    const follow = query.follow === true && isRunning;
    if (session.recording === null && !follow)
      throw new ApiError('not-found', 'This session has no recording: none was made, or it was deleted.');
    const leave = isRunning && !isOwn ? await this.#join(call) : undefined;
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, this.lifecycle.draining]);
    const stream = Readable.from(this.playback.read(key, { follow, signal }), { objectMode: false });
    // Aborted first: a stream that waits for the next chunk closes only then.
    call.reply.raw.once('close', () => gone.abort());
    const unwatch = this.revalidation.watch({ principal }, () => {
      gone.abort();
      call.reply.raw.destroy();
    });
    const close = (): void => {
      gone.abort();
      unwatch();
      leave?.();
    };
    once(stream, 'close').then(close, (error: unknown) => {
      logFailure(this.logger, error, 'a recording could not be read');
      close();
    });
    return new StreamableFile(stream, { type: 'application/x-asciicast' });
  }

  @Operation('deleteRecording')
  async delete(@CallOf() { organization, params }: Call<'deleteRecording'>): Promise<undefined> {
    const key = { organizationId: organization.id, sessionId: params.session };
    const session = await this.rows.find(key);
    if (session?.recording == null) throw notFound();
    if (session.endedAt === null)
      throw new ApiError('conflict', 'This session is still running. End it before you delete its recording.');
    await this.retention.remove(key, session.recording);
  }

  @Operation('endSession')
  async end(@CallOf() { principal, organization, params }: Call<'endSession'>): Promise<undefined> {
    const key = { organizationId: organization.id, sessionId: params.session };
    await this.endings.end(key, `This session was ended by ${principal.username}.`);
  }

  @Operation('getRecordingSettings')
  async settings(@CallOf() { organization }: Call<'getRecordingSettings'>): Promise<Answer<'getRecordingSettings'>> {
    const where = { id: organization.id };
    const { recordingDays } = await this.database.scoped.organization.findUniqueOrThrow({ where });
    return { retentionDays: recordingDays };
  }

  @Operation('updateRecordingSettings')
  async updateSettings(
    @CallOf() { organization, body }: Call<'updateRecordingSettings'>,
  ): Promise<Answer<'updateRecordingSettings'>> {
    const data = { recordingDays: body.retentionDays };
    await this.database.scoped.organization.updateMany({ where: { id: organization.id }, data });
    return body;
  }

  /** Records that somebody watches a session of somebody else. @returns a function that records the end. */
  async #join({ principal, organization, params, request }: Call<'getRecording'>): Promise<() => void> {
    const leave = await this.viewers.join({
      organizationId: organization.id,
      sessionId: params.session,
      userId: principal.userId,
      canType: false,
      clientAddress: remoteAddressOf(request.raw),
      userAgent: request.headers['user-agent'] ?? '',
    });
    return () => {
      leave().catch((error: unknown) => logFailure(this.logger, error, 'the end of a view could not be recorded'));
    };
  }
}
