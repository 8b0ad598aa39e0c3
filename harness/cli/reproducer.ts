/**
 * The smallest pair of jobs, and the fewest settings of the target, that still show a difference.
 * @module
 */
import {
  differenceOf,
  differs,
  noiseModelOf,
  sequentialProbe,
  shrink,
  withMaxTokens,
  type JobPair,
  type NoiseModel,
  type PairElement,
  type ProbeOutcome,
  type Shrinkable,
  type Shrunk,
  type Sides,
} from '../diagnose/index.ts';
import { TargetError } from '../ports/index.ts';
import type { DifferenceKind } from '../schema/index.ts';
import { runPair } from './locate-pair.ts';
import type { OwnTarget } from './recorded-run.ts';
import type { TargetPool } from './target-pool.ts';
import { settingElements, withSettings } from './target-settings.ts';

export interface Candidate {
  readonly pair: JobPair;
  readonly own: OwnTarget;
}

/** Everything that can be left out: of the pair, and of the target's settings. */
export interface Search {
  readonly elements: readonly PairElement[];
  readonly build: (kept: ReadonlySet<string>) => Candidate | null;
}

export function searchOf(shrinkable: Shrinkable, own: OwnTarget): Search {
  return {
    elements: [...settingElements(own.config), ...shrinkable.elements],
    build: (kept) => {
      const pair = shrinkable.build(kept);
      return pair === null ? null : { pair, own: { ...own, config: withSettings(own.config, kept) } };
    },
  };
}

export interface ProbeInput {
  readonly pool: TargetPool;
  readonly by: DifferenceKind;
  /** Null: the target is exact. */
  readonly noise: NoiseModel | null;
}

/** Is the difference there? What a target refuses shows nothing. */
async function probe({ pair, own }: Candidate, { pool, by, noise }: ProbeInput): Promise<ProbeOutcome> {
  const target = await pool.get(own);
  try {
    return await sequentialProbe(async () => differs(await runPair(target, pair), by), noise);
  } catch (error) {
    if (error instanceof TargetError && error.problem.code === 'TARGET_REFUSED')
      return { outcome: 'undecided', trials: 1 };
    throw error;
  }
}

export interface Reproducer {
  readonly shrunk: Shrunk<PairElement>;
  readonly candidate: Candidate;
}

/** @returns null when the whole pair shows no difference */
export async function findReproducer(
  search: Search,
  sides: Sides,
  input: ProbeInput,
  options: { readonly budget: number; readonly onProbe: (state: { probes: number; kept: number }) => void },
): Promise<Reproducer | null> {
  const shorten = await shortening(search, sides, input);
  if (shorten === null) return null;
  const candidateOf = (kept: readonly PairElement[]): Candidate | null => {
    const built = search.build(new Set(kept.map(({ id }) => id)));
    return built === null ? null : { ...built, pair: shorten(built.pair) };
  };
  const shrunk = await shrink({
    elements: search.elements,
    probe: async (kept) => {
      const candidate = candidateOf(kept);
      return candidate === null ? { outcome: 'equal', trials: 0 } : probe(candidate, input);
    },
    ...options,
  });
  const candidate = candidateOf(shrunk.kept);
  if (candidate === null) throw new Error('invariant: what was probed can be built');
  return { shrunk, candidate };
}

/** Fewer produced tokens make each probe cheaper: as many as show the difference, where they do. Null: it is not there at all. */
async function shortening(
  search: Search,
  sides: Sides,
  input: ProbeInput,
): Promise<((pair: JobPair) => JobPair) | null> {
  const whole = search.build(new Set(search.elements.map(({ id }) => id)));
  if (whole === null) return null;
  const { firstBitDiff, firstTokenDiff } = differenceOf(sides);
  const first = input.by === 'tokens' ? firstTokenDiff : firstBitDiff;
  const short = (pair: JobPair): JobPair => (first === null ? pair : withMaxTokens(pair, first + 1));
  const isThere = async (pair: JobPair): Promise<boolean> =>
    (await probe({ ...whole, pair }, input)).outcome === 'differs';
  if (await isThere(short(whole.pair))) return short;
  return (await isThere(whole.pair)) ? (pair) => pair : null;
}

const CONTROL_TRIALS = 20;

export type Noise =
  | { readonly kind: 'exact' }
  | { readonly kind: 'noisy'; readonly model: NoiseModel }
  | { readonly kind: 'too-noisy'; readonly differing: number; readonly trials: number };

/** How often the reference side differs from itself; the embedded engine is exact by its contract. */
export async function measureNoise(
  { pair, own }: Candidate,
  { pool, by, budget }: { readonly pool: TargetPool; readonly by: DifferenceKind; readonly budget: number },
): Promise<Noise> {
  if (own.config.kind === 'reference-engine') return { kind: 'exact' };
  const target = await pool.get(own);
  let differing = 0;
  for (let trial = 0; trial < CONTROL_TRIALS; trial++)
    if (differs(await runPair(target, { ...pair, level: pair.reference }), by)) differing++;
  const model = noiseModelOf({ differing, trials: CONTROL_TRIALS, probesMax: budget });
  return model === null ? { kind: 'too-noisy', differing, trials: CONTROL_TRIALS } : { kind: 'noisy', model };
}
