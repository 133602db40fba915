import { runToTheEnd } from '../run-to-the-end.ts';
import { development } from './mode.ts';

await runToTheEnd(development);
