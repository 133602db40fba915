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

/** A provider that constructs `type` with one object, which has the value of each token under its name. */
export function provideWith<D extends object>(
  // biome-ignore lint/suspicious/noExplicitAny: the instance's type does not matter here.
  type: new (dependencies: D) => any,
  tokens: { [Name in keyof D]: InjectionToken<D[Name]> },
): FactoryProvider {
  const names = Object.keys(tokens) as (keyof D)[];
  return {
    provide: type,
    useFactory: (...values: unknown[]) =>
      new type(Object.fromEntries(names.map((name, at) => [name, values[at]])) as D),
    inject: names.map((name) => tokens[name] as InjectionToken),
  };
}
