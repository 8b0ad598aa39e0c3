/**
 * Checks of the drift report: the interval of a row against the bound that the policy has for its axis and level.
 *
 * PASS only when the whole 95 % interval lies inside the bound, FAIL when all of it lies outside. No bound, no check.
 * @module
 */
import type { Check, DriftBound, DriftRow, Estimate, Policy } from '../schema/index.ts';
import { counted, short } from './words.ts';

/** A bound in one direction; `sign` 1 = the value must not be larger, -1 = not smaller. */
interface Bound {
  readonly metric: 'klNatsMean' | 'sameTopShare';
  readonly limit: number;
  readonly sign: 1 | -1;
  readonly estimate: Estimate;
}

export function driftChecks(rows: readonly DriftRow[], policy: Policy): Check[] {
  return rows.flatMap((row) => boundsOf(row, driftBoundOf(row, policy)).map((bound) => checkBound(row, bound)));
}

/** The bound of the axis and level, else that of the axis. */
function driftBoundOf(row: Pick<DriftRow, 'axis' | 'level'>, policy: Policy): DriftBound | null {
  for (const key of [`${row.axis}:${row.level}`, row.axis]) {
    if (Object.hasOwn(policy.drift, key)) return policy.drift[key];
  }
  return null;
}

function boundsOf(row: DriftRow, bound: DriftBound | null): Bound[] {
  const bounds: Bound[] = [];
  if (bound?.klNatsMeanMax !== undefined) {
    bounds.push({ metric: 'klNatsMean', limit: bound.klNatsMeanMax, sign: 1, estimate: row.klNatsMean });
  }
  if (bound?.sameTopShareMin !== undefined) {
    bounds.push({ metric: 'sameTopShare', limit: bound.sameTopShareMin, sign: -1, estimate: row.sameTopShare });
  }
  return bounds;
}

function checkBound(row: DriftRow, bound: Bound): Check {
  const words = bound.metric === 'klNatsMean' ? 'mean KL in nats' : 'share of positions with the same top token';
  const comparison = `${bound.sign === 1 ? '<=' : '>='} ${short(bound.limit)}`;
  return {
    report: 'drift',
    axis: row.axis,
    level: row.level,
    metric: bound.metric,
    rule: `${words} ${comparison}`,
    ...judgeEstimate(bound, words, comparison),
  };
}

type Judged = Pick<Check, 'observed' | 'outcome' | 'reason' | 'comparisonsNeeded'>;

function judgeEstimate({ estimate, limit, sign }: Bound, words: string, comparison: string): Judged {
  if (estimate.kind !== 'measured') {
    const observed = estimate.kind === 'unsupported' ? 'not supported by this target' : 'not measured';
    return {
      observed,
      outcome: 'inconclusive',
      reason: `The ${words} is ${observed}: ${estimate.why}.`,
      comparisonsNeeded: null,
    };
  }
  const { value, low, high, n } = estimate;
  if (low === null || high === null) {
    return {
      observed: `${short(value)}, no interval`,
      outcome: 'inconclusive',
      reason: `The ${words} is ${short(value)}, from ${counted(n, 'case')}: an interval over cases needs at least two.`,
      comparisonsNeeded: 2,
    };
  }
  const observed = `${short(value)} (95 % interval ${short(low)} to ${short(high)}, ${counted(n, 'case')})`;
  const [best, worst] = sign === 1 ? [low, high] : [high, low];
  if (sign * (worst - limit) <= 0) {
    const reason = `The whole interval of the ${words}, ${short(low)} to ${short(high)}, keeps the bound ${comparison}.`;
    return { observed, outcome: 'pass', reason, comparisonsNeeded: null };
  }
  if (sign * (best - limit) > 0) {
    const reason = `The ${words} is ${short(value)}: all of its interval, ${short(low)} to ${short(high)}, breaks the bound ${comparison}.`;
    return { observed, outcome: 'fail', reason, comparisonsNeeded: null };
  }
  const needed = casesNeeded({ value, low, high, limit, n });
  const decide = needed === null ? 'more cases would not help' : `about ${counted(needed, 'case')} would decide`;
  return {
    observed,
    outcome: 'inconclusive',
    reason: `The interval of the ${words}, ${short(low)} to ${short(high)}, holds the bound ${short(limit)}; ${decide}.`,
    comparisonsNeeded: needed,
  };
}

/** The interval shrinks with the root of the number of cases until it no longer reaches the bound: a rough plan. */
function casesNeeded(known: { value: number; low: number; high: number; limit: number; n: number }): number | null {
  const { value, low, high, limit, n } = known;
  const distance = Math.abs(limit - value);
  const reach = limit >= value ? high - value : value - low;
  const needed = Math.ceil(n * (reach / distance) * (reach / distance));
  return Number.isSafeInteger(needed) ? Math.max(needed, n + 1) : null;
}
