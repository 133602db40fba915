import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

/** One blank frame may be a race; this many in a row mean that the driver draws nothing. */
const BLANK_FRAMES = 3;

/**
 * Draws with WebGL. Falls back to the DOM renderer if there is no WebGL, if its context is lost, and if frames with text stay
 * blank, because some drivers fail without an error.
 */
export function drawWithGpu(terminal: Terminal): void {
  if (!hasGraphicsCard()) return;
  let addon: WebglAddon;
  try {
    addon = new WebglAddon();
    addon.onContextLoss(() => addon.dispose());
    terminal.loadAddon(addon);
  } catch {
    return;
  }
  let blank = 0;
  // In this event the frame has just been drawn, so its pixels can still be read.
  const watching = terminal.onRender(() => {
    if (!showsText(terminal)) return;
    const painted = isPainted(terminal.element);
    if (painted === undefined) return;
    blank = painted ? 0 : blank + 1;
    if (painted || blank >= BLANK_FRAMES) watching.dispose();
    if (blank >= BLANK_FRAMES) addon.dispose();
    // A waiting shell prints nothing more, so without another frame its screen would stay blank.
    else if (!painted) terminal.refresh(0, terminal.rows - 1);
  });
}

function showsText(terminal: Terminal): boolean {
  const { active } = terminal.buffer;
  for (let row = 0; row < terminal.rows; row++) {
    if (
      active
        .getLine(active.viewportY + row)
        ?.translateToString(true)
        .trim()
    )
      return true;
  }
  return false;
}

/** Undefined if unknown. */
function isPainted(element: HTMLElement | undefined): boolean | undefined {
  for (const canvas of element?.querySelectorAll('canvas') ?? []) {
    const gl = canvas.getContext('webgl2');
    if (gl === null || canvas.width === 0 || canvas.height === 0) continue;
    if (gl.isContextLost()) return undefined;
    const pixels = new Uint8Array(canvas.width * canvas.height * 4);
    gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    const colours = new Uint32Array(pixels.buffer);
    return colours.some((colour) => colour !== colours[0]);
  }
  return undefined;
}

/** False also for software rendering, which is slower than the DOM renderer. */
function hasGraphicsCard(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (gl === null) return false;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = info === null ? '' : String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
}
