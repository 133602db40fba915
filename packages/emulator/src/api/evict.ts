import type { Pod } from '../model/kinds.ts';
import { budgetAgainst } from '../simulation/disruption-budgets.ts';
import { ApiError } from './api-error.ts';
import type { ResourceExchange } from './exchange.ts';
import { isFields } from './fields.ts';
import { remove, type WriteContext } from './write.ts';

/**
 * Evicts a pod if every disruption budget allows it.
 * @throws ApiError 404, 409 if a precondition fails, 429 naming the budget.
 */
export function evict(context: WriteContext, exchange: ResourceExchange, body: unknown): void {
  const pod = context.store.get('pods', exchange.namespace, exchange.name) as Pod;
  const against = budgetAgainst(context.store, pod);
  if (against !== undefined) {
    const { name, allowance } = against;
    const message = `The disruption budget ${name} needs ${allowance.desiredHealthy} healthy pods and has ${allowance.currentHealthy} currently`;
    throw new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [{ reason: 'DisruptionBudget', message }],
    });
  }
  remove(context, exchange, isFields(body) ? body['deleteOptions'] : undefined);
}
