/**
 * Checks of a tolerant target: not "does it differ?" but "does it differ more than it does from itself?"
 *
 * The repeats of the run are the noise floor (A/A). PASS when all of the interval of the excess lies below the margin, FAIL when all
 * of it lies above and stays significant in its family. Without repeats there is no floor, and nothing is decided.
 *
 * Where tokens are judged and the policy excuses near ties, they are left out on both sides, of the level and of the repeats: what is
 * compared are flips that noise does not explain. Only a noise that repeats have shown excuses anything.
 * @module
 */
import { createRng } from '../../ports/index.ts';
import type {
  Comparison,
  DeterminismCase,
  DeterminismRow,
  Estimate,
  EqualityKind,
  NoiseComparison,
  Policy,
} from '../../schema/index.ts';
import { ascending, quantileOfSorted } from '../../statistics/index.ts';
import { equalityBoundOf, type ResolvedEquality } from '../bounds.ts';
import { pairedDifference } from '../comparison/paired.ts';
import type { Draft, Judgement, Tested } from '../families.ts';
import { casesNeeded, sideOfBound } from '../interval.ts';
import { counted, pText, percent, short } from '../words.ts';

const REPEAT = 'repeat';
const STRENGTH: readonly EqualityKind[] = ['bits', 'tokens', 'text'];

/** The row that says how often the target differs from itself; the first, when there are several repeats. */
export const noiseFloorOf = (rows: readonly DeterminismRow[]): DeterminismRow | null =>
  rows.find(({ axis, byCase }) => axis === REPEAT && byCase.length > 0) ?? null;

export function tolerantDraft(
  row: DeterminismRow,
  floor: DeterminismRow | null,
  bound: ResolvedEquality,
  policy: Policy,
): Draft {
  const { axis, level } = row;
  const name = strongestOf([row, ...(floor === null ? [] : [floor])], bound.require);
  const place = { report: 'determinism', axis, level } as const;
  if (axis === REPEAT)
    return {
      place: { ...place, metric: 'noise floor', rule: 'tolerant: the noise that other axes are held against' },
      test: null,
      judge: () => judgeFloor(row, name),
    };
  const excuses = bound.nearTies === 'excused' && name === 'tokens';
  const tested = floor === null ? null : excessOf(row, floor, name, excuses);
  return {
    place: {
      ...place,
      metric: `${name} differ more than under a repeat`,
      rule: `${name} differ at most ${percent(bound.noiseMargin)} more often than under a repeat`,
    },
    test: tested === null || tested.pValue === null ? null : { family: 'determinism', pValue: tested.pValue },
    judge: (result) => {
      if (row.evidenceProblem !== null && row.byCase.length > 0)
        return undecided('not exercised', `The path was not exercised: ${row.evidenceProblem}`, null);
      if (tested === null)
        return undecided(
          'no noise floor',
          'There is no repeat to say what noise is: add the perturbation repeat.',
          null,
        );
      const seen = postureText(row, name, POSTURES[axis.split('/', 1)[0]] ?? `invariant under ${axis}`);
      const limits = { margin: bound.noiseMargin, minCases: policy.minCases, seen: seen + flipsText(row, excuses) };
      return judgeExcess(tested.difference, limits, result);
    },
  };
}

/** Outputs against a baseline, for a tolerant policy. */
export function baselineNoiseDraft({ noise }: Comparison, policy: Policy): Draft | null {
  const bound = equalityBoundOf(policy, { axis: REPEAT, level: '*' });
  const wanted = policy.baseline.outputs === 'none' ? null : policy.baseline.outputs;
  if (bound.posture !== 'tolerant' || wanted === null) return null;
  const found = STRENGTH.slice(STRENGTH.indexOf(wanted)).flatMap((name) =>
    noise.filter(({ metric }) => metric === name),
  )[0];
  const name = found?.metric ?? wanted;
  return {
    place: {
      report: 'baseline',
      axis: REPEAT,
      level: '*',
      metric: `${name} differ more than noise`,
      rule: `${name} differ from the baseline at most ${percent(bound.noiseMargin)} more often than the baseline from itself`,
    },
    test: found === undefined || found.pValue === null ? null : { family: 'determinism', pValue: found.pValue },
    judge: (tested) =>
      found === undefined
        ? undecided(
            'no noise floor',
            'There is no repeat on both sides to say what noise is: add the perturbation repeat.',
            null,
          )
        : judgeExcess(
            found.excess,
            { margin: bound.noiseMargin, minCases: policy.minCases, seen: crossText(found) },
            tested,
          ),
  };
}

const POSTURES: Readonly<Record<string, string>> = {
  repeat: 'run-to-run deterministic',
  'batch-size': 'batch-invariant',
  'row-position': 'batch-invariant',
};

function judgeFloor(row: DeterminismRow, name: EqualityKind): Judgement {
  if (row.byCase.length === 0)
    return undecided('nothing compared', 'Nothing was compared: there is no noise floor.', null);
  const text = postureText(row, name, POSTURES[REPEAT]);
  return { observed: text, outcome: 'pass', reason: `Measured, not judged: ${text}.`, comparisonsNeeded: null };
}

interface Limits {
  readonly margin: number;
  readonly minCases: number;
  readonly seen: string;
}

function judgeExcess(excess: Estimate, { margin, minCases, seen }: Limits, tested: Tested | null): Judgement {
  if (excess.kind !== 'measured') return undecided(seen, `The excess over noise is not measured: ${excess.why}.`, null);
  const { value, low, high, n } = excess;
  if (low === null || high === null || n < minCases)
    return undecided(seen, `${seen}; ${counted(n, 'case')} decide nothing, the policy asks for ${minCases}.`, minCases);
  const interval = `${signedPercent(low)} to ${signedPercent(high)} over noise`;
  const bound = { value, low, high, limit: margin, sign: 1 } as const;
  const side = sideOfBound(bound);
  if (side === 'inside') {
    const reason = `${seen}; ${interval}, inside the margin of ${percent(margin)}.`;
    return { observed: `${seen} (${interval})`, outcome: 'pass', reason, comparisonsNeeded: null };
  }
  if (side === 'outside' && (tested === null || tested.rejected)) {
    const reason = `${seen}; all of the interval, ${interval}, lies beyond the margin of ${percent(margin)}.`;
    return { observed: `${seen} (${interval})`, outcome: 'fail', reason, comparisonsNeeded: null };
  }
  if (side === 'outside' && tested !== null) {
    const chance = `adjusted ${pText(tested.adjusted)} > ${short(tested.alpha)}`;
    return undecided(
      `${seen} (${interval})`,
      `${seen}; ${interval}, but among all checks that can be chance (${chance}).`,
      n + 1,
    );
  }
  const needed = casesNeeded(bound, n);
  const decide = needed === null ? 'more cases would not help' : `about ${counted(needed, 'case')} would decide`;
  return undecided(
    `${seen} (${interval})`,
    `${seen}; the interval, ${interval}, holds the margin of ${percent(margin)}; ${decide}.`,
    needed,
  );
}

function undecided(observed: string, reason: string, comparisonsNeeded: number | null): Judgement {
  return { observed, outcome: 'inconclusive', reason, comparisonsNeeded };
}

/** The strongest of what is asked for that every case of every row has. */
function strongestOf(rows: readonly DeterminismRow[], require: EqualityKind): EqualityKind {
  const has = (name: EqualityKind): boolean =>
    rows.every(({ byCase }) => byCase.every((one) => differingOf(one, name) !== null));
  return STRENGTH.slice(STRENGTH.indexOf(require)).find(has) ?? 'text';
}

function differingOf(one: DeterminismCase, name: EqualityKind): number | null {
  return name === 'bits' ? one.bitsDiffer : name === 'tokens' ? one.tokensDiffer : one.textDiffer;
}

function excessOf(row: DeterminismRow, floor: DeterminismRow, name: EqualityKind, excuses: boolean) {
  const effect = (side: DeterminismRow) => ({
    metric: 'tokensDifferShare' as const,
    cases: Object.fromEntries(
      side.byCase.map((one) => {
        const excused = excuses && noiseIsShown(side) ? (one.benignFlips ?? 0) : 0;
        return [one.caseId, [(differingOf(one, name) ?? 0) - excused, one.n] as [number, number]];
      }),
    ),
  });
  return pairedDifference(effect(floor), effect(row), createRng(`gate/noise/${row.axis}/${row.level}`));
}

/** `not batch-invariant: 12 of 28 differ in tokens, first at token 3 (median), largest log-probability difference 0.02 (median), 0.4 (most)`. */
function postureText(row: DeterminismRow, name: EqualityKind, promise: string): string {
  const total = row.byCase.reduce((sum, { n }) => sum + n, 0);
  const differing = row.byCase.reduce((sum, one) => sum + (differingOf(one, name) ?? 0), 0);
  const posture = `posture: ${differing > 0 ? 'not ' : ''}${promise}, ${differing} of ${total} differ in ${name}`;
  const first =
    row.firstTokenDiffs.length === 0 ? '' : `, first at token ${short(medianOf(row.firstTokenDiffs))} (median)`;
  const diffs = row.byCase.flatMap(({ maxAbsLogprobDiff }) => (maxAbsLogprobDiff === null ? [] : [maxAbsLogprobDiff]));
  if (diffs.length === 0) return posture + first;
  const most = diffs.reduce((largest, one) => Math.max(largest, one), 0);
  return `${posture}${first}, drift up to ${short(medianOf(diffs))} (median) and ${short(most)} nats (most)`;
}

/** A level that is wrong makes its own differences large: they excuse nothing. */
const noiseIsShown = ({ flips }: DeterminismRow): boolean =>
  flips !== undefined && !('kind' in flips.noise) && flips.noise.from === 'repeat';

/** ` (4 near ties excused, 1 hard, 0 unknown; noise 0.02 nats)` */
function flipsText({ flips }: DeterminismRow, excuses: boolean): string {
  if (flips === undefined || 'kind' in flips.noise || flips.noise.from !== 'repeat') return '';
  const { benign, hard, unknown, noise } = flips;
  const ties = `${counted(benign, 'near tie')}${excuses ? ' excused' : ''}`;
  return ` (${ties}, ${hard} hard, ${unknown} unknown; noise ${short(noise.nats)} nats)`;
}

const medianOf = (values: readonly number[]): number => quantileOfSorted(ascending(values), 0.5);

function crossText({ metric, own, cross }: NoiseComparison): string {
  const rate = (estimate: Estimate): string => (estimate.kind === 'measured' ? percent(estimate.value) : estimate.kind);
  return `${rate(cross)} of outputs differ in ${metric} from the baseline, ${rate(own)} of the baseline's from itself`;
}

const signedPercent = (share: number): string => (share < 0 ? `-${percent(-share)}` : `+${percent(share)}`);
