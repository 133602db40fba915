import { describeEndings } from '../test/endings-compliance.ts';
import { startKubeHarness } from '../test/kube-harness.ts';

describeEndings(startKubeHarness);
