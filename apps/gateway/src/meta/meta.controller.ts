import { Controller, Inject } from '@nestjs/common';
import { SetupCode } from '../accounts/setup-code.ts';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import type { Answer } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { version } from './version.ts';

@Controller()
export class MetaController {
  @Inject(SetupCode) private readonly setupCode!: SetupCode;
  @Inject(CONFIG) private readonly config!: Config;

  /** The guard has checked the credential, and there is nothing else to say. */
  @Operation('ping')
  async ping(): Promise<Answer<'ping'>> {
    return undefined;
  }

  @Operation('getMeta')
  async getMeta(): Promise<Answer<'getMeta'>> {
    const { publicOrigin, ca, local } = this.config;
    return {
      version,
      publicUrl: publicOrigin,
      caCertificate: ca?.pem ?? null,
      local: local !== null,
      setupCodeRequired: this.setupCode.isRequired,
    };
  }
}
