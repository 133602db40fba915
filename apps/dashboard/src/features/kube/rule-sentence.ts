export interface NeededRule {
  verb: string;
  /** With its subresource, as in a rule: `deployments/scale`. */
  resource: string;
  /** Empty for a rule that is needed in the whole cluster. */
  namespace: string;
}

/** What a person needs, in the terms of the rule that would give it to them, and what to do about it. */
export function missingRule({ verb, resource, namespace }: NeededRule): string {
  const where = namespace === '' ? 'the whole cluster' : namespace;
  return `You need “${verb} ${resource}” in ${where}. Ask an administrator for this right.`;
}

const REFUSAL =
  /\bcannot (\S+) resource "([^"]+)" in API group "[^"]*" (?:in the namespace "([^"]+)"|at the cluster scope)/;

/** The rule that an apiserver's refusal names; undefined if it names none, as refusals by admission do. */
export function ruleOfRefusal(message: string): NeededRule | undefined {
  const [, verb, resource, namespace = ''] = REFUSAL.exec(message) ?? [];
  return verb === undefined || resource === undefined ? undefined : { verb, resource, namespace };
}
