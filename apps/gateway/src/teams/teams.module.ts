import { Module } from '@nestjs/common';
import { BindingReader } from '../bindings/binding-reader.ts';
import { BindingsModule } from '../bindings/bindings.module.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { TeamsController } from './teams.controller.ts';
import { Teams } from './teams.ts';

@Module({
  imports: [BindingsModule],
  controllers: [TeamsController],
  providers: [provide(Teams, Database, BindingReader)],
})
export class TeamsModule {}
