export { boundEmulator } from './bound-emulator.ts';
export type { EmulatorCore } from './emulator-core.ts';
