import type { Ref } from 'react';

/** What the field passes on to the list below it. */
export interface ResultsProps {
  ref: Ref<ResultsHandle>;
  typed: string;
  /** Whether Enter was pressed before the list was there; its first entry then runs. */
  entered: boolean;
  /** The id of the list's element. */
  id: string;
  /** Called with the id of the active entry's element. */
  onActive: (id: string | undefined) => void;
  close: () => void;
}

export interface ResultsHandle {
  /** Handles a key pressed in the field. @returns false if it means nothing to the list. */
  press: (key: string) => boolean;
}
