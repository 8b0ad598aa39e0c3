/**
 * Families: p-values that are looked at together are adjusted together, so that many checks do not make many false alarms.
 *
 * A counterexample to "never differs" is no p-value and needs no family. A PASS needs none either: every check has to pass, so that
 * more checks only make it harder.
 * @module
 */
import type { Check, Policy, ReportKind } from '../schema/index.ts';
import { adjustPValues } from '../statistics/index.ts';

/** The p-value of a check after its family was looked at. */
export interface Tested {
  readonly pValue: number;
  readonly adjusted: number;
  readonly alpha: number;
  /** False: as surprising as this would be by chance among so many. */
  readonly rejected: boolean;
}

/** A check before the family is known. */
export interface Draft {
  readonly place: Pick<Check, 'report' | 'axis' | 'level' | 'metric' | 'rule'>;
  readonly test: { readonly family: ReportKind; readonly pValue: number } | null;
  readonly judge: (tested: Tested | null) => Judgement;
}

export type Judgement = Pick<Check, 'observed' | 'outcome' | 'reason' | 'comparisonsNeeded'>;

export function judgeDrafts(drafts: readonly Draft[], families: Policy['families']): Check[] {
  const adjusted = adjustedByFamily(drafts, families);
  return drafts.map((draft) => {
    const { place, test, judge } = draft;
    const found = adjusted.get(draft);
    if (test === null || found === undefined) return { ...place, ...judge(null), family: null, waivedBy: null };
    const { alpha } = families[test.family];
    const tested: Tested = { pValue: test.pValue, adjusted: found, alpha, rejected: found <= alpha };
    return {
      ...place,
      ...judge(tested),
      family: { name: test.family, pValue: test.pValue, adjusted: found, alpha },
      waivedBy: null,
    };
  });
}

function adjustedByFamily(drafts: readonly Draft[], families: Policy['families']): Map<Draft, number> {
  const adjusted = new Map<Draft, number>();
  for (const family of ['determinism', 'drift', 'leakage'] as const) {
    const members = drafts.filter(({ test }) => test?.family === family);
    const pValues = members.map(({ test }) => test?.pValue ?? 1);
    const { method } = families[family];
    const values = method === 'none' ? pValues : adjustPValues(pValues, method);
    members.forEach((member, index) => adjusted.set(member, values[index]));
  }
  return adjusted;
}
