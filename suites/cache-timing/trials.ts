/**
 * The order of a timing audit: pair after pair, and in each pair every asker's hit and miss in drawn order.
 *
 * A machine that gets slower meanwhile then slows hits and misses alike, and the test by order of times stays valid.
 * @module
 */
import type { CacheTimingSettings, Rng, TimingArm, TimingAsker } from '../../harness/schema/index.ts';

export interface TimingTrial {
  /** Place in the audit, 0-based. */
  readonly trial: number;
  readonly pair: number;
  readonly asker: TimingAsker;
  readonly arm: TimingArm;
}

/** The owner first: it always asks. */
export const askersOf = ({ askers }: Pick<CacheTimingSettings, 'askers'>): readonly TimingAsker[] => [
  'same-salt',
  ...askers,
];

export function timingTrials(settings: CacheTimingSettings, rng: Rng): TimingTrial[] {
  const each = askersOf(settings).flatMap((asker) =>
    (['hit', 'miss'] as const).map((arm): Pick<TimingTrial, 'asker' | 'arm'> => ({ asker, arm })),
  );
  return Array.from({ length: settings.perArm }, (_, pair) =>
    rng
      .fork(`pair-${pair}`)
      .shuffle(each)
      .map((one) => ({ ...one, pair })),
  )
    .flat()
    .map((one, trial) => ({ trial, ...one }));
}
