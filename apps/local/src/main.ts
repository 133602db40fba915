import { product } from './mode.ts';
import { runToTheEnd } from './run-to-the-end.ts';

await runToTheEnd(product);
