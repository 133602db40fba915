import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { Accounts } from '../accounts/accounts.ts';
import { SignInLimits } from '../accounts/sign-in-limits.ts';
import { SignIns } from '../accounts/sign-ins.ts';
import { AUDIT_LOG } from '../audit/audit-log.ts';
import { BindingReader } from '../bindings/binding-reader.ts';
import { BindingsModule } from '../bindings/bindings.module.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import { provide, provideWith } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Sealed } from '../identity/sealed.ts';
import { Limits } from '../limits/limits.ts';
import { DomainProofs } from './domain-proof.ts';
import { OidcController } from './oidc.controller.ts';
import { OidcSignIns } from './oidc-sign-ins.ts';
import { ProviderClient } from './provider-client.ts';
import { ProviderPeople } from './provider-people.ts';
import { Providers } from './providers.ts';

/** Sign-in with OpenID Connect (ADR 19). */
@Module({
  imports: [IdentityModule, AccountsModule, BindingsModule],
  controllers: [OidcController],
  providers: [
    provide(ProviderClient, CONFIG),
    { provide: DomainProofs, useFactory: () => new DomainProofs() },
    provideWith(Providers, {
      database: Database,
      sealed: Sealed,
      credentials: Credentials,
      client: ProviderClient,
      domains: DomainProofs,
    }),
    provideWith(ProviderPeople, {
      database: Database,
      limits: Limits,
      credentials: Credentials,
      bindings: BindingReader,
    }),
    provideWith(OidcSignIns, {
      database: Database,
      providers: Providers,
      client: ProviderClient,
      people: ProviderPeople,
      signIns: SignIns,
      accounts: Accounts,
      limits: SignInLimits,
      audit: AUDIT_LOG,
    }),
  ],
})
export class OidcModule {}
