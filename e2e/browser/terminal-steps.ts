import type { Page } from 'playwright-core';

/** Flags of a browser that draws terminals without WebGL, so that their text is found in the page. */
export const drawnAsText = ['--disable-webgl', '--disable-webgl2', '--disable-gpu'];

/** Types a command into the terminal that has the focus. */
export const type = (on: Page, command: string): Promise<void> => on.keyboard.type(`${command}\n`);

/** Waits until a text is on the screen of the terminal. */
export const shows = (on: Page, text: string, timeout = 20_000): Promise<void> =>
  on.locator('.xterm-rows').getByText(text).first().waitFor({ timeout });

/** The lines on the screen of the terminal, without the empty ones. */
export async function rows(on: Page): Promise<string[]> {
  const lines = await on.locator('.xterm-rows > div').allTextContents();
  return lines.map((row) => row.trimEnd()).filter((row) => row !== '');
}

/** The row and column of the cursor on the screen of the terminal, from 0. */
export function cursor(on: Page): Promise<{ row: number; column: number } | undefined> {
  return on.locator('.xterm-rows').evaluate((screen) => {
    for (const [row, line] of [...screen.children].entries()) {
      let column = 0;
      for (const part of line.children) {
        if (part.classList.contains('xterm-cursor')) return { row, column };
        column += part.textContent?.length ?? 0;
      }
    }
    return undefined;
  });
}

/** Collects what arrives over a page's live connection as binary messages: the output of its terminal. Before the page loads. */
export function recordOutput(page: Page): { bytes(): Buffer; length(): number; clear(): void } {
  let output: Buffer[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload !== 'string') output.push(payload);
    }),
  );
  return {
    bytes: () => Buffer.concat(output),
    length: () => output.reduce((sum, { byteLength }) => sum + byteLength, 0),
    clear: () => {
      output = [];
    },
  };
}
