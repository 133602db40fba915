// @vitest-environment jsdom
import '../../test/browser.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, render, screen } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Toaster } from '#components/ui/toast.tsx';
import { TooltipProvider } from '#components/ui/tooltip.tsx';
import { type Action, bindAction, neededBy } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import type { Permission } from '#features/actions/permission.ts';
import { get, text } from '#features/kube/read.ts';
import { TestGateway } from '../../test/test-gateway.ts';
import { useRights } from './use-rights.ts';

interface Review {
  kind: 'SelfSubjectRulesReview' | 'SelfSubjectAccessReview';
  spec: unknown;
}

const gateway = new TestGateway();
const asked: Review[] = [];
let answerTo: (review: Review) => object | undefined;
beforeAll(async () => {
  configure({ asyncUtilTimeout: 30_000 });
  await gateway.start();
  globalThis.jsdom.reconfigure({ url: gateway.origin });
  gateway.serveCluster(({ path, body }, response) => {
    const kind = text(body, 'kind') as Review['kind'];
    if (path !== `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`) return false;
    const review = { kind, spec: get(body, 'spec') };
    asked.push(review);
    const status = answerTo(review);
    response.writeHead(status === undefined ? 503 : 201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind, status }));
    return true;
  });
});
beforeEach(() => {
  asked.length = 0;
});
afterEach(cleanup);
afterAll(() => gateway.stop());

const may = (verb: string, resource: string, more: Partial<Permission> = {}): Permission => ({
  ref: { organization: 'acme', cluster: 'demo' },
  verb,
  group: '',
  resource,
  namespace: 'shop',
  name: 'a',
  ...more,
});
const ran: string[] = [];
const actions: Action<Permission[]>[] = [0, 1].map((index) => ({
  id: `test.${index}`,
  label: (needs) => `${needs[index]?.verb} ${needs[index]?.resource}`,
  group: 'page',
  enabled: (needs) => needs[index] !== undefined,
  needs: (needs) => needs.slice(index, index + 1),
  run: () => ran.push(`test.${index}`),
}));

function Buttons({ needs }: { needs: Permission[] }) {
  const rights = useRights(neededBy(actions, needs));
  return actions.map((action) => <ActionButton key={action.id} action={bindAction(action, needs, rights)} />);
}

function show(needs: Permission[], pages = 1) {
  const client = new QueryClient({ defaultOptions: { queries: { networkMode: 'always' } } });
  render(
    <QueryClientProvider client={client}>
      <TooltipProvider>
        {Array.from({ length: pages }, (_, page) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: all alike
          <Buttons key={page} needs={needs} />
        ))}
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>,
  );
}
const disabled = (name: string) =>
  screen.findByRole('button', { name }).then((button) => button.getAttribute('aria-disabled') === 'true');
describe('rights', { timeout: 60_000 }, () => {
  it('of a namespace take one request, whatever a page offers there', async () => {
    answerTo = () => ({
      resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods/log'] }],
      incomplete: false,
    });
    show([may('get', 'pods/log'), may('create', 'pods/exec')], 3);
    for (const button of await screen.findAllByRole('button', { name: 'create pods/exec' }))
      await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true');
    expect(asked).toEqual([{ kind: 'SelfSubjectRulesReview', spec: { namespace: 'shop' } }]);
    for (const button of screen.getAllByRole('button', { name: 'get pods/log' }))
      expect(button.getAttribute('aria-disabled')).toBeNull();
  });

  it('that are missing are named when their button is pressed, and nothing is done', async () => {
    answerTo = () => ({ resourceRules: [], incomplete: false });
    show([may('delete', 'pods')]);
    const button = await screen.findByRole('button', { name: 'delete pods' });
    await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true');
    button.click();
    await screen.findByText('You need “delete pods” in shop. Ask an administrator for this right.');
    expect(ran).toEqual([]);
  });

  it('that the rules leave open are asked one by one, as are those in the whole cluster', async () => {
    answerTo = ({ kind, spec }) =>
      kind === 'SelfSubjectRulesReview'
        ? { resourceRules: [], incomplete: true }
        : { allowed: text(spec, 'resourceAttributes', 'resource') === 'nodes' };
    show([may('create', 'pods/exec'), may('patch', 'nodes', { namespace: '' })]);
    const button = await screen.findByRole('button', { name: 'create pods/exec' });
    await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true');
    await expect.poll(() => asked.length).toBe(3);
    expect(asked.filter(({ kind }) => kind === 'SelfSubjectAccessReview').map(({ spec }) => spec)).toEqual(
      expect.arrayContaining([
        {
          resourceAttributes: {
            verb: 'create',
            group: '',
            resource: 'pods',
            subresource: 'exec',
            namespace: 'shop',
            name: 'a',
          },
        },
        { resourceAttributes: { verb: 'patch', group: '', resource: 'nodes', namespace: '', name: 'a' } },
      ]),
    );
    expect(await disabled('patch nodes')).toBe(false);
  });

  it('disable nothing while they are unknown', async () => {
    answerTo = () => undefined;
    show([may('delete', 'pods'), may('patch', 'nodes', { namespace: '' })]);
    await expect.poll(() => asked.length).toBe(3);
    expect(await disabled('delete pods')).toBe(false);
    expect(await disabled('patch nodes')).toBe(false);
    screen.getByRole('button', { name: 'delete pods' }).click();
    expect(ran).toEqual(['test.0']);
  });
});
