import { describe } from 'vitest';
import { describeEndings } from '../test/endings-compliance.ts';
import { startKubeHarness } from '../test/kube-harness.ts';
import { MemoryRecordings } from '../test/memory-recordings.ts';

describe('with a recorder in between', () =>
  describeEndings(() => startKubeHarness({ recorder: new MemoryRecordings().recorder() })));
