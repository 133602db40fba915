import type { ComponentType } from 'react';
import type { ResultsProps } from './results-props.ts';

/** The parts of the palette that are not needed to show a page. */
export interface PaletteCode {
  Results: ComponentType<ResultsProps>;
  /** What goes on while the palette is closed: remembering visits, and dialogs that it has opened. */
  Background: ComponentType;
}

let loading: Promise<PaletteCode> | undefined;

/** Loads the code once; after a failure, the next call tries again. */
export function loadPalette(): Promise<PaletteCode> {
  loading ??= Promise.all([import('./palette-results.tsx'), import('./palette-background.tsx')]).then(
    ([{ PaletteResults }, { PaletteBackground }]) => ({ Results: PaletteResults, Background: PaletteBackground }),
  );
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}
