import { describeEndings } from '../test/endings-compliance.ts';
import { startKubeBed } from '../test/kube-bed.ts';

describeEndings(startKubeBed);
