// @vitest-environment jsdom
import { EditorView } from '@codemirror/view';
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unsavedWork } from '#components/unsaved.ts';
import { draftKey } from '#features/drafts/draft-key.ts';
import { drafts } from '#features/drafts/drafts.ts';
import { forgetDrafts } from '#features/drafts/forget-drafts.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { cluster, me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestCluster } from '../../test/test-cluster.ts';
import { TestGateway } from '../../test/test-gateway.ts';
import { DraftOffer } from './draft-offer.tsx';
import { YamlTab } from './yaml-tab.tsx';

const gateway = new TestGateway();
let kube: TestCluster;
beforeAll(async () => {
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [cluster({ name: 'shop' })] }));
  await gateway.start();
});
beforeEach(() => {
  kube = new TestCluster(gateway);
});
afterAll(() => gateway.stop());

const key = draftKey({ user: me.user.id, organization: 'acme', cluster: 'shop', object: ['x', 'shop', 'web'] });
afterEach(() => {
  cleanup();
  drafts.remove(key);
});

const configMap = (data: Record<string, string>, version = '1'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'web', namespace: 'shop', resourceVersion: version },
  data,
});

/** The parts of an object's page that know drafts. */
function Page({ object, kind = 'configMaps' }: { object: KubeObject; kind?: 'configMaps' | 'secrets' }) {
  const [editing, setEditing] = useState(false);
  const secrets = { ...knownKinds.configMaps, resource: 'secrets', kind: 'Secret' };
  const resource = { ...(kind === 'secrets' ? secrets : knownKinds.configMaps), verbs: ['get', 'update'] };
  const target = { ref: { organization: 'acme', cluster: 'shop' }, resource, namespace: 'shop', name: 'web' };
  return (
    <>
      {!editing && <DraftOffer draftKey={key} onContinue={() => setEditing(true)} />}
      <YamlTab
        target={target}
        object={object}
        gone={false}
        old={false}
        draftKey={key}
        editing={editing}
        onEditing={setEditing}
      />
    </>
  );
}

const open = (page: Parameters<typeof renderPage>[0]) =>
  renderPage(page, { gateway, path: '/acme/clusters/shop/r/configmaps/shop/web' }).user;

async function editor(): Promise<EditorView> {
  await screen.findByLabelText(/as YAML$/);
  const view = EditorView.findFromDOM(document.querySelector<HTMLElement>('.cm-editor') ?? document.body);
  if (view === null) throw new Error('no editor');
  return view;
}
const text = async () => (await editor()).state.doc.toString();
async function replace(from: string, to: string) {
  const view = await editor();
  const at = view.state.doc.toString().indexOf(from);
  expect(at, `${from} in the text`).toBeGreaterThan(-1);
  act(() => view.dispatch({ changes: { from: at, to: at + from.length, insert: to } }));
}
const button = (name: string) => screen.findByRole('button', { name });

describe('unsaved changes', { timeout: 60_000 }, () => {
  it('are asked about, kept, and offered again by the next page', async () => {
    const user = open(<Page object={configMap({ a: '1' })} />);
    await user.click(await button('Edit'));
    expect(unsavedWork()).toEqual([]);
    await user.click(await button('Stop editing'));
    await user.click(await button('Edit'));
    await replace('a: "1"', 'a: "mine"');
    expect(unsavedWork()).toEqual(['Your edit of web is interrupted.']);
    await user.click(await button('Stop editing'));
    const dialog = await screen.findByRole('dialog', { name: 'Keep your changes to web?' });
    await user.click(within(dialog).getByRole('button', { name: 'Go on editing' }));
    expect(await text()).toContain('a: "mine"');
    await user.click(await button('Stop editing'));
    await user.click(await button('Keep draft'));
    await screen.findByText(/^You have unsaved changes from \d\d:\d\d\.$/);
    expect(await text()).toContain('a: "1"');
    expect(unsavedWork()).toEqual([]);

    cleanup();
    drafts.flush();
    drafts.noticeStored(key);
    const later = open(<Page object={configMap({ a: '1' })} />);
    await later.click(await button('Continue'));
    expect(await text()).toContain('a: "mine"');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('survive a link without a question, and can be thrown away, which can be undone', async () => {
    const user = open(<Page object={configMap({ a: '1' })} />);
    await user.click(await button('Edit'));
    await replace('a: "1"', 'a: "mine"');
    cleanup();
    const later = open(<Page object={configMap({ a: '1' })} />);
    await later.click(await button('Throw away'));
    await waitFor(() => expect(screen.queryByText(/unsaved changes/)).toBeNull());
    expect(drafts.get(key)).toBeUndefined();
    await later.click((await screen.findAllByRole('button', { name: 'Undo' })).at(-1) as HTMLElement);
    await later.click(await button('Continue'));
    expect(await text()).toContain('a: "mine"');
    await later.click(await button('Stop editing'));
    await later.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Throw away' }));
    expect(drafts.get(key)).toBeUndefined();
    expect(await text()).toContain('a: "1"');
  });

  it('are none once the text is as before', async () => {
    const user = open(<Page object={configMap({ a: '1' })} />);
    await user.click(await button('Edit'));
    await replace('a: "1"', 'a: "2"');
    await replace('a: "2"', 'a: "1"');
    expect(drafts.get(key)).toBeUndefined();
    expect(unsavedWork()).toEqual([]);
  });

  it('are compared with an object that has changed meanwhile, and combined with it', async () => {
    const base = configMap({ a: '1', b: '1' });
    drafts.put(
      key,
      {
        base,
        text: 'metadata: {name: web, namespace: shop}\ndata: {a: mine, b: "1"}\nkind: ConfigMap\napiVersion: v1',
      },
      { secret: false },
    );
    const user = open(<Page object={configMap({ a: '1', b: 'theirs' }, '2')} />);
    await user.click(await button('Continue'));
    const dialog = await screen.findByRole('dialog', { name: 'web has changed since you began' });
    expect(dialog.textContent).toContain('Nothing that you changed was changed elsewhere');
    expect(within(dialog).getByRole('region', { name: 'What you changed' }).textContent).toContain('a: mine');
    expect(within(dialog).getByRole('region', { name: 'What has changed since' }).textContent).toContain('b: theirs');
    await user.click(within(dialog).getByRole('button', { name: 'Continue on the newest' }));
    expect(await text()).toMatch(/a: mine\n {2}b: theirs/);
    expect(screen.queryByText(/has changed since/)).toBeNull();
  });

  it.each([
    ['Keep mine where both changed', 'a: mine'],
    ['Take theirs where both changed', 'a: theirs'],
  ])('ask whose value counts where both changed the same: %s', async (choice, expected) => {
    const base = configMap({ a: '1', b: '1' });
    drafts.put(
      key,
      {
        base,
        text: 'metadata: {name: web, namespace: shop}\ndata: {a: mine, b: mine}\nkind: ConfigMap\napiVersion: v1',
      },
      { secret: false },
    );
    const user = open(<Page object={configMap({ a: 'theirs', b: '1' }, '2')} />);
    await user.click(await button('Continue'));
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('Changed by you and by somebody else: data.a.');
    await user.click(within(dialog).getByRole('button', { name: choice }));
    expect(await text()).toMatch(new RegExp(`${expected}\n {2}b: mine`));
  });

  it('of a Secret are only in memory, and the page says so', async () => {
    const user = open(<Page kind="secrets" object={{ ...configMap({ a: 'c2VjcmV0' }), kind: 'Secret' }} />);
    await user.click(await button('Edit'));
    await replace('a: c2VjcmV0', 'a: bWluZQ==');
    await screen.findByText(/What is typed for a Secret is never stored in the browser/);
    drafts.flush();
    expect(JSON.stringify(localStorage)).not.toMatch(/c2VjcmV0|bWluZQ/);
    await user.click(await button('Stop editing'));
    await user.click(await button('Keep draft'));
    expect(await text()).toContain('(hidden)');
    expect(unsavedWork()).toEqual(['A draft that cannot be stored in the browser would be lost.']);
    await user.click(await button('Continue'));
    expect(await text()).toContain('bWluZQ==');
  });

  it('are forgotten when somebody signs out, and not stored again by a page that is still open', async () => {
    const user = open(<Page object={configMap({ a: '1' })} />);
    await user.click(await button('Edit'));
    await replace('a: "1"', 'a: "mine"');
    drafts.flush();
    expect(JSON.stringify(localStorage)).toContain('mine');
    forgetDrafts();
    expect(JSON.stringify(localStorage)).not.toContain('mine');
    await replace('"mine"', '"mine too"');
    drafts.flush();
    expect(JSON.stringify(localStorage)).not.toContain('mine');
  });
});

describe('problems', { timeout: 60_000 }, () => {
  const problems = () => screen.findByRole('region', { name: 'Problems' });

  it('of the syntax are listed with their lines while typing', async () => {
    const user = open(<Page object={configMap({ a: '1' })} />);
    await user.click(await button('Edit'));
    await replace('a: "1"', 'a: ["1"');
    const list = await problems();
    await waitFor(() => expect(list.textContent).toMatch(/Line \d/));
    expect(list.getAttribute('aria-live')).toBe('polite');
    await replace('a: ["1"', 'a: "1"');
    await waitFor(() => expect(list.textContent).toBe(''));
  });

  it('that the server finds are at the lines of their fields until those are changed', async () => {
    kube.refuse(
      '/api/v1/namespaces/shop/configmaps/web',
      400,
      'BadRequest',
      'strict decoding error: unknown field "dta"',
    );
    const user = open(<Page object={configMap({ a: '1' })} />);
    await user.click(await button('Edit'));
    await replace('\ndata:', '\ndta:');
    await user.click(await button('Review changes'));
    const item = await within(await problems()).findByRole('button', { name: 'Line 7 dta: Unknown field' });
    await user.click(item);
    const view = await editor();
    expect(view.state.doc.lineAt(view.state.selection.main.head).number).toBe(7);
    await waitFor(() => expect(document.querySelector('.cm-lint-marker-error')).not.toBeNull());
    await replace('a: "1"', 'a: "2"');
    await waitFor(async () => expect((await problems()).textContent).toBe(''));
  });
});
