/**
 * What bounds need of the inside of xterm.js. The names are those of @xterm/headless and @xterm/xterm 6.0.0, which the gateway's
 * and the dashboard's `package.json` pin; tests of both fail if another version has moved any of them.
 */
export interface EmulatorCore {
  /** The screen in use; `y` counts from its first line, `lines` from the oldest kept. */
  readonly buffers: {
    readonly active: { x: number; readonly y: number; readonly lines: { get(index: number): object | undefined } };
  };
  readonly unicodeService: { wcwidth(codePoint: number): number };
  readonly _inputHandler: {
    readonly _parser: {
      readonly precedingJoinState: number;
      reset(): void;
      readonly _oscParser: { readonly _handlers: Record<string, StringHandler[]> };
      registerCsiHandler(id: { final: string }, handler: (params: { params: Int32Array }) => boolean): void;
    };
    /** Takes a part of the output. An error in it would end the process, or stop the terminal for good. */
    parse(data: string | Uint8Array, promiseResult?: boolean): undefined | Promise<boolean>;
    /** ED. `params[0]` 1: from the beginning of the screen to the cursor. */
    eraseInDisplay(params: { params: Int32Array }, respectProtect?: boolean): boolean;
    /** EL, with the same parameters. */
    eraseInLine(params: { params: Int32Array }, respectProtect?: boolean): boolean;
    /** Called by the parser for each run of printable characters, as code points `data[start]` to `data[end - 1]`. */
    print(data: Uint32Array, start: number, end: number): void;
  };
}

/** Takes the text of an OSC sequence in parts. */
export interface StringHandler {
  start(): void;
  put(data: Uint32Array, start: number, end: number): void;
  end(success: boolean): boolean | Promise<boolean>;
}
