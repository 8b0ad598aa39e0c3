/**
 * What a drift row keeps of its pairs: sums per case for the intervals, and the KL of every position that has one that is not zero, for
 * exact quantiles (8 bytes each). Pairs with equal bits, which are most of a run, leave nothing but counts.
 *
 * The bootstrap resamples cases. Beyond 2048 of them two neighbours become one cluster, then four, ...: an interval over clusters of
 * whole cases is as good, and neither its memory nor its time grows with the run.
 * @module
 */
import { quantileOfSorted, ascending } from '../../harness/statistics/index.ts';
import type { DriftCase } from '../../harness/schema/index.ts';
import { groupByCase } from '../pairing/index.ts';
import type { PositionMeasures } from './positions.ts';

const FIGURE_POINTS_MAX = 64;
const CLUSTERS_MAX = 2048;

/** The sums of one case, or of neighbouring cases, over all positions: what the bootstrap resamples. */
export interface CaseSums {
  positions: number;
  klSum: number;
  sameTop: number;
  nextTokens: number;
  nextTokenDiffSum: number;
  nextTokenDiffSquares: number;
}

export interface DriftSums {
  add(measures: PositionMeasures): void;
  isEmpty(): boolean;
  /** In the order of the plan; all cases, each in one of them. */
  clusters(): readonly CaseSums[];
  readonly cases: number;
  readonly positions: number;
  readonly brokenPositions: number;
  readonly infinitePositions: number;
  readonly maxAbsLogprobDiff: number;
  /** KL at the shares of the positions, and the largest. */
  klQuantiles(shares: readonly number[]): { readonly quantiles: number[]; readonly largest: number };
  /** Of the first cases of the plan, unclustered. */
  byCase(): DriftCase[];
  /** Mean KL of up to 64 equal parts of the positions, first to last. */
  klByRelativePosition(): number[];
}

export function createDriftSums(): DriftSums {
  const cases = createClusters();
  const parts = groupByCase(() => ({ positions: 0, klNatsSum: 0, sameTop: 0 }));
  const values = growingFloats();
  /** Lengths of the pairs in `values`, in order. */
  const lengths: number[] = [];
  /** Pairs in which every KL is zero, by their length. */
  const zeroPairs = new Map<number, number>();
  let pairs = 0;
  let positions = 0;
  let broken = 0;
  let infinite = 0;
  let largestDiff = 0;
  return {
    add: (one) => {
      const { klNats } = one;
      pairs++;
      positions += klNats.length;
      broken += one.brokenPositions;
      largestDiff = Math.max(largestDiff, one.maxAbsLogprobDiff);
      addToCase(cases.of(one.caseId), one);
      const part = parts.of(one.caseId);
      if (part !== null) {
        part.positions += klNats.length;
        part.sameTop += one.sameTop;
        for (const kl of klNats) part.klNatsSum += kl;
      }
      if (klNats.every((kl) => kl === 0)) {
        zeroPairs.set(klNats.length, (zeroPairs.get(klNats.length) ?? 0) + 1);
        return;
      }
      lengths.push(klNats.length);
      for (const kl of klNats) {
        values.push(kl);
        if (!Number.isFinite(kl)) infinite++;
      }
    },
    byCase: () => parts.all().flatMap(([caseId, part]) => (part.positions === 0 ? [] : [{ caseId, ...part }])),
    isEmpty: () => pairs === 0,
    clusters: cases.all,
    get cases() {
      return cases.count();
    },
    get positions() {
      return positions;
    },
    get brokenPositions() {
      return broken;
    },
    get infinitePositions() {
      return infinite;
    },
    get maxAbsLogprobDiff() {
      return largestDiff;
    },
    klQuantiles: (shares) => {
      if (values.length() === 0) return { quantiles: shares.map(() => 0), largest: 0 };
      const all = new Float64Array(positions);
      all.set(values.all());
      const sorted = ascending(all);
      return {
        quantiles: shares.map((share) => quantileOfSorted(sorted, share)),
        largest: sorted[sorted.length - 1],
      };
    },
    klByRelativePosition: () => byRelativePosition(values.all(), lengths, zeroPairs),
  };
}

function addToCase(sums: CaseSums, { klNats, sameTop, nextTokenDiffs }: PositionMeasures): void {
  sums.positions += klNats.length;
  sums.sameTop += sameTop;
  sums.nextTokens += nextTokenDiffs.length;
  for (const kl of klNats) sums.klSum += kl;
  for (const diff of nextTokenDiffs) {
    sums.nextTokenDiffSum += diff;
    sums.nextTokenDiffSquares += diff * diff;
  }
}

interface Clusters {
  /** The sums that a case is counted in. */
  readonly of: (caseId: string) => CaseSums;
  readonly all: () => readonly CaseSums[];
  readonly count: () => number;
}

function createClusters(): Clusters {
  const numbers = new Map<string, number>();
  let clusters: CaseSums[] = [];
  let casesInEach = 1;
  return {
    of: (caseId) => {
      let number = numbers.get(caseId);
      if (number === undefined) numbers.set(caseId, (number = numbers.size));
      if (Math.floor(number / casesInEach) >= CLUSTERS_MAX) {
        clusters = Array.from({ length: Math.ceil(clusters.length / 2) }, (_, at) =>
          joined(clusters[2 * at], clusters[2 * at + 1]),
        );
        casesInEach *= 2;
      }
      return (clusters[Math.floor(number / casesInEach)] ??= joined());
    },
    all: () => clusters,
    count: () => numbers.size,
  };
}

function joined(...parts: readonly (CaseSums | undefined)[]): CaseSums {
  const whole: CaseSums = {
    positions: 0,
    klSum: 0,
    sameTop: 0,
    nextTokens: 0,
    nextTokenDiffSum: 0,
    nextTokenDiffSquares: 0,
  };
  for (const part of parts)
    if (part !== undefined) for (const name of Object.keys(whole) as (keyof CaseSums)[]) whole[name] += part[name];
  return whole;
}

/** The sums need only what is not zero; the counts need all. */
function byRelativePosition(
  values: Float64Array,
  lengths: readonly number[],
  zeroPairs: ReadonlyMap<number, number>,
): number[] {
  const longest = [...lengths, ...zeroPairs.keys()].reduce((most, length) => Math.max(most, length), 0);
  const points = Math.min(FIGURE_POINTS_MAX, longest);
  const sums = new Float64Array(points);
  const counts = new Float64Array(points);
  const partOf = (position: number, length: number): number => Math.floor((position * points) / length);
  for (const [length, times] of zeroPairs)
    for (let position = 0; position < length; position++) counts[partOf(position, length)] += times;
  let at = 0;
  for (const length of lengths)
    for (let position = 0; position < length; position++) {
      const part = partOf(position, length);
      sums[part] += values[at++];
      counts[part] += 1;
    }
  return Array.from(sums, (sum, part) => (counts[part] > 0 ? sum / counts[part] : 0));
}

/** Numbers in a buffer that doubles. */
function growingFloats(): {
  readonly push: (value: number) => void;
  readonly length: () => number;
  readonly all: () => Float64Array;
} {
  let buffer = new Float64Array(64);
  let length = 0;
  return {
    push: (value) => {
      if (length === buffer.length) {
        const larger = new Float64Array(2 * length);
        larger.set(buffer);
        buffer = larger;
      }
      buffer[length++] = value;
    },
    length: () => length,
    all: () => buffer.subarray(0, length),
  };
}
