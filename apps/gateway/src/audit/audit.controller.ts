import { Readable } from 'node:stream';
import { Controller, Inject, StreamableFile } from '@nestjs/common';
import type { AuditEvent } from '@postern/contracts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { Revalidation } from '../revalidation/revalidation.ts';
import { AuditReader } from './audit-reader.ts';
import { AuditSettings } from './audit-settings.ts';
import { AuditWriter } from './audit-writer.ts';
import { linkCursor, pageCursor, readLinkCursor, readPageCursor } from './cursor.ts';

/** How long a reader waits for what has just happened to be written, in milliseconds. */
const freshWithinMs = 1_000;

@Controller()
export class AuditController {
  @Inject(AuditReader) private readonly reader!: AuditReader;
  @Inject(AuditSettings) private readonly settings!: AuditSettings;
  @Inject(AuditWriter) private readonly writer!: AuditWriter;
  @Inject(Revalidation) private readonly revalidation!: Revalidation;

  @Operation('listAudit')
  async list(@CallOf() { organization, query }: Call<'listAudit'>): Promise<Answer<'listAudit'>> {
    await this.writer.flush(freshWithinMs);
    const { cursor, limit, after, ...filter } = query;
    if (after !== undefined)
      return { items: await this.reader.following(organization.id, filter, { after, limit }), nextCursor: null };
    const before = cursor === undefined ? undefined : readPageCursor(cursor);
    const found = await this.reader.newest(organization.id, filter, { before, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, nextCursor: found.length > limit && last !== undefined ? pageCursor(last.seq) : null };
  }

  @Operation('exportAudit')
  async export(@CallOf() { principal, organization, query }: Call<'exportAudit'>): Promise<Answer<'exportAudit'>> {
    await this.writer.flush(freshWithinMs);
    const lines = Readable.from(linesOf(this.reader.all(organization.id, query)));
    const unwatch = this.revalidation.watch({ principal }, () => lines.destroy(new Error('the credential has ended')));
    lines.once('close', unwatch);
    return new StreamableFile(lines, {
      type: 'application/x-ndjson',
      disposition: `attachment; filename="audit-${organization.slug}.ndjson"`,
    });
  }

  @Operation('verifyAudit')
  async verify(@CallOf() { organization, query }: Call<'verifyAudit'>): Promise<Answer<'verifyAudit'>> {
    const from = query.cursor === undefined ? undefined : readLinkCursor(query.cursor);
    const { next, ...found } = await this.reader.verify(organization.id, from);
    return { ...found, nextCursor: next && linkCursor(next) };
  }

  @Operation('getAuditSettings')
  getSettings(@CallOf() { organization }: Call<'getAuditSettings'>): Promise<Answer<'getAuditSettings'>> {
    return this.settings.read(organization.id);
  }

  @Operation('updateAuditSettings')
  async updateSettings(
    @CallOf() { organization, body }: Call<'updateAuditSettings'>,
  ): Promise<Answer<'updateAuditSettings'>> {
    await this.settings.keepFor(organization.id, body.retentionDays);
    return this.settings.read(organization.id);
  }
}

async function* linesOf(events: AsyncIterable<AuditEvent>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}
