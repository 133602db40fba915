import type { FactoryProvider, InjectionToken } from '@nestjs/common';

// biome-ignore lint/suspicious/noExplicitAny: any constructor; its parameters are checked against the tokens.
type Constructor = new (...args: any[]) => object;

type TokensFor<P extends unknown[]> = { [I in keyof P]: InjectionToken<P[I]> };

/** A provider that makes `type` from what the tokens stand for, in the order of its constructor. */
export function provide<C extends Constructor>(
  type: C,
  ...inject: TokensFor<ConstructorParameters<C>>
): FactoryProvider {
  return { provide: type, useFactory: (...values: ConstructorParameters<C>) => new type(...values), inject };
}
