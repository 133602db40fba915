import { Module } from '@nestjs/common';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { BindingReader } from './binding-reader.ts';

/** Who has access to which cluster, as the decision on every request reads it. */
@Module({ providers: [provide(BindingReader, Database)], exports: [BindingReader] })
export class BindingsModule {}
