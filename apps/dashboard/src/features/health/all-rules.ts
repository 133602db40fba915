import { judge } from './judge.ts';
import { rowJudge } from './row-verdict.ts';

/** The rules for whole objects and for rows. */
export const allRules = { judge, rowJudge };
