import { Module } from '@nestjs/common';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { BindingReader } from './binding-reader.ts';

@Module({ providers: [provide(BindingReader, Database)], exports: [BindingReader] })
export class BindingsModule {}
