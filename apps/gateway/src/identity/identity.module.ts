import { Module } from '@nestjs/common';
import type { Config } from '../config.ts';
import { CONFIG, LOGGER } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Authenticator } from './authenticator.ts';
import { BrowserSessions } from './browser-sessions.ts';
import { Credentials } from './credentials.ts';
import { Devices } from './devices.ts';
import { Keys } from './keys.ts';
import { Passwords } from './passwords.ts';
import { Sealed } from './sealed.ts';
import { SignedTokens } from './signed-tokens.ts';

const exported = [Credentials, SignedTokens, Authenticator, Passwords, BrowserSessions, Devices, Sealed, Keys];

/** Authentication: passwords, cookies, tokens. */
@Module({
  providers: [
    { provide: Keys, useFactory: ({ secret }: Config) => new Keys(secret), inject: [CONFIG] },
    {
      provide: SignedTokens,
      useFactory: (keys: Keys, { publicOrigin }: Config) => new SignedTokens(keys, publicOrigin),
      inject: [Keys, CONFIG],
    },
    provide(Devices, Keys),
    provide(Sealed, Keys),
    provide(Credentials, Database, LOGGER),
    provide(Authenticator, Credentials, SignedTokens),
    { provide: Passwords, useFactory: () => new Passwords() },
    {
      provide: BrowserSessions,
      useFactory: (database: Database, keys: Keys, signed: SignedTokens, credentials: Credentials) =>
        new BrowserSessions({ database, keys, signed, credentials }),
      inject: [Database, Keys, SignedTokens, Credentials],
    },
  ],
  exports: exported,
})
export class IdentityModule {}
