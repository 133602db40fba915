import type { FactoryProvider, InjectionToken } from '@nestjs/common';

// biome-ignore lint/suspicious/noExplicitAny: any constructor; its parameters are checked against the tokens.
type Constructor = new (...args: any[]) => object;

type TokensFor<P extends unknown[]> = { [I in keyof P]: InjectionToken<P[I]> };

/** A provider that constructs `type` with the values of the tokens, in the order of the constructor's parameters. */
export function provide<C extends Constructor>(
  type: C,
  ...inject: TokensFor<ConstructorParameters<C>>
): FactoryProvider {
  return { provide: type, useFactory: (...values: ConstructorParameters<C>) => new type(...values), inject };
}
