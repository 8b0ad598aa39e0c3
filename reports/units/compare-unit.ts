/**
 * What the comparisons of one unit came to: a status and a result per compared level, as the suites compare them.
 *
 * A statement about these requests, never a verdict: that one needs all units and the policy.
 * @module
 */
import type { Level, Observation, Unit } from '../../harness/schema/index.ts';
import { lengthProblem, searchCanaries } from '../../suites/leakage/index.ts';
import { compare, isDifferent, memberOf, type Comparison, type RowMember } from '../../suites/pairing/index.ts';
import type { RowResult, RowStatus } from '../unit-index.ts';

export interface ComparedLevel {
  readonly level: Level;
  readonly status: RowStatus;
  readonly result: RowResult;
  /** Of the request that differs earliest; null = none differs in tokens. */
  readonly firstTokenDiff: number | null;
  readonly foreignCanary: boolean;
  readonly comparisons: readonly Comparison[];
  /** Why nothing is concluded; null = something is. */
  readonly why: string | null;
}

const WORST_FIRST: readonly RowResult[] = ['d', 'x', 't', 'k', 'b'];

/** @param observation - null = the unit has no record */
export function compareUnit(unit: Unit, observation: Observation | null): ComparedLevel[] {
  return unit.levels
    .filter(({ reference }) => reference !== null)
    .map((level) => {
      if (observation === null) return withoutComparison(level, 'n', null);
      if (observation.status !== 'ok')
        return withoutComparison(level, observation.status === 'error' ? 'e' : 'u', observation.why);
      const { member, gaps } = memberOf(unit, level, observation);
      if (member === null) return withoutComparison(level, 'i', gaps[0]);
      return compareLevel(member, gaps[0] ?? null);
    });
}

const withoutComparison = (level: Level, status: RowStatus, why: string | null): ComparedLevel => ({
  level,
  status,
  result: '-',
  firstTokenDiff: null,
  foreignCanary: false,
  comparisons: [],
  why,
});

function compareLevel(member: RowMember, gap: string | null): ComparedLevel {
  const { level } = member;
  const comparisons = member.pairs.map(compare);
  const results = comparisons.map(resultOf);
  const tokens = comparisons.flatMap(({ firstTokenDiff }) => firstTokenDiff ?? []);
  const foreignCanary = level.promise === 'content-independent' && searchCanaries(member).hits.length > 0;
  // of other lengths a difference may be of the batch, and not of the content
  const unequal = level.promise === 'content-independent' ? lengthProblem(member) : null;
  const broken = comparisons.some(isDifferent);
  const status = ((): RowStatus => {
    if (foreignCanary) return 'f';
    if (unequal !== null) return 'i';
    if (level.promise === 'drift') return 'm';
    if (broken) return 'f';
    return gap !== null || comparisons.length === 0 ? 'i' : 'p';
  })();
  return {
    level,
    status,
    result: WORST_FIRST.find((one) => results.includes(one)) ?? '-',
    firstTokenDiff: tokens.length === 0 ? null : Math.min(...tokens),
    foreignCanary,
    comparisons,
    why: status === 'i' ? (unequal ?? gap ?? 'no request was compared') : null,
  };
}

export function resultOf({ bitsEqual, tokensEqual, textEqual }: Comparison): RowResult {
  if (tokensEqual === false || !textEqual) return 'd';
  if (tokensEqual === null) return bitsEqual === true ? 'b' : 'x';
  if (bitsEqual === null) return 'k';
  return bitsEqual ? 'b' : 't';
}
