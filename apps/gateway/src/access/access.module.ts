import { Module } from '@nestjs/common';
import { BindingReader } from '../bindings/binding-reader.ts';
import { BindingsModule } from '../bindings/bindings.module.ts';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import { ClusterAccess } from './cluster-access.ts';

@Module({
  imports: [BindingsModule],
  providers: [
    {
      provide: ClusterAccess,
      useFactory: (bindings: BindingReader, { publicOrigin }: Config) => new ClusterAccess({ bindings, publicOrigin }),
      inject: [BindingReader, CONFIG],
    },
  ],
  exports: [ClusterAccess],
})
export class AccessModule {}
