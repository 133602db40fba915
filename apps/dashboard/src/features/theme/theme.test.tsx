// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { act, screen, waitFor } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setMedia } from '../../test/browser.ts';
import { me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestGateway } from '../../test/test-gateway.ts';
import { useTheme } from './use-theme.ts';

const DARK = '(prefers-color-scheme: dark)';
const gateway = new TestGateway();
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [] }));
});

/** Shows the theme that terminals and editors get. */
function Probe() {
  const { choice, theme } = useTheme();
  return (
    <p data-testid="theme">
      {choice} {theme}
    </p>
  );
}

/** Runs the page's first script. */
function load(): void {
  new Function(readFileSync(join(import.meta.dirname, '../../../public/theme.js'), 'utf8'))();
}

const open = () => {
  load();
  return renderPage(<Probe />, { gateway, path: '/acme' });
};
const shown = () => document.documentElement.dataset['theme'];
const expectTheme = async (words: string) => {
  await waitFor(() => expect(screen.getByTestId('theme').textContent).toBe(words));
};

describe('the theme', { timeout: 60_000 }, () => {
  it('follows the system by default', async () => {
    setMedia(DARK, true);
    open();
    await expectTheme('system dark');
    expect(shown()).toBe('dark');
    act(() => setMedia(DARK, false));
    await expectTheme('system light');
    expect(shown()).toBe('light');
  });

  it('is the one chosen in the menu, whatever the system’s, also on the next page', async () => {
    const { user } = open();
    await expectTheme('system light');
    await user.click(await screen.findByRole('button', { name: /Account/ }));
    expect((await screen.findByRole('menuitemcheckbox', { name: 'Same as the system' })).ariaChecked).toBe('true');
    await user.click(screen.getByRole('menuitemcheckbox', { name: 'Dark' }));
    await expectTheme('dark dark');
    expect(shown()).toBe('dark');
    act(() => setMedia(DARK, false));
    expect(shown()).toBe('dark');

    delete document.documentElement.dataset['theme'];
    load();
    expect(shown()).toBe('dark');
    await user.click(screen.getByRole('button', { name: /Account/ }));
    expect((await screen.findByRole('menuitemcheckbox', { name: 'Dark' })).ariaChecked).toBe('true');
  });

  it('can be reset to the system’s', async () => {
    localStorage.setItem('postern.theme', 'dark');
    const { user } = open();
    await expectTheme('dark dark');
    await user.click(await screen.findByRole('button', { name: /Account/ }));
    await user.click(await screen.findByRole('menuitemcheckbox', { name: 'Same as the system' }));
    await expectTheme('system light');
    expect(localStorage.getItem('postern.theme')).toBeNull();
  });

  it('can be chosen in the palette', async () => {
    const { user } = open();
    await expectTheme('system light');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox', { name: 'Command palette' }), 'theme: dark{Enter}');
    await expectTheme('dark dark');
    await waitFor(() => expect(screen.queryByRole('combobox', { name: 'Command palette' })).toBeNull());
  });

  it('is the same in all tabs', async () => {
    open();
    await expectTheme('system light');
    localStorage.setItem('postern.theme', 'dark');
    act(() => {
      window.dispatchEvent(new StorageEvent('storage', { key: 'postern.theme', newValue: 'dark' }));
    });
    await expectTheme('dark dark');
  });
});
