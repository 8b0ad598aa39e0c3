/**
 * Run folder -> findings -> verdict, without a model. A function of the folder and of the day, which decides what waivers are worth:
 * no environment and no flags, unless another policy or baseline is asked for.
 * @module
 */
import { compare, judge, snapshot } from '../gate/index.ts';
import { findingsFrom } from '../measure/index.ts';
import { assignShards, planSha256, unitsOfShard } from '../plan/index.ts';
import { createRng, DataError } from '../ports/index.ts';
import {
  policy,
  type Baseline,
  type Comparison,
  type Findings,
  type Plan,
  type Policy,
  type StoredBaseline,
  type Verdict,
} from '../schema/index.ts';
import { readStoredBaseline, type LogIndex, type RunFolder } from '../store/index.ts';
import type { CliIo } from './io.ts';
import { cacheTimingPart } from './run-cache-timing.ts';
import { profilePart } from './run-profile.ts';

export interface Analysis {
  readonly findings: Findings;
  readonly verdict: Verdict;
  readonly log: LogIndex;
  /** The run as a baseline: reads its units once more. */
  readonly snapshot: () => Baseline;
  /** null when there is no baseline. */
  readonly comparison: Comparison | null;
}

export interface AnalyseOptions {
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** Default: the policy that the run began with. */
  readonly policy?: Policy | undefined;
  /** Default: the baseline that the run was compared with, if any. */
  readonly baseline?: StoredBaseline | undefined;
}

/** Of the resamples of a comparison; not the run's seed, so that the two sides may have different ones. */
export const COMPARISON_SEED = 'evenkeel/comparison';

/** The day by the clock, in UTC. */
export const todayOf = ({ clock }: Pick<CliIo, 'clock'>): string => clock.isoNow().slice(0, 10);

/**
 * @throws DataError when a record or a blob of the folder is damaged; ANALYSE_SHARD for one shard of a run: what a part shows is never
 *   judged
 */
export async function analyse(run: RunFolder, options: AnalyseOptions): Promise<Analysis> {
  const { plan, manifest } = run;
  const { shard } = manifest;
  if (shard !== null)
    throw new DataError({
      code: 'ANALYSE_SHARD',
      at: run.directory,
      expected: 'a whole run',
      got: `shard ${shard.index} of ${shard.of}`,
      hint: 'Join the shards first: evenkeel merge <folders>.',
    });
  const { findings, log } = await findingsOf(run);
  const own = (): Baseline => snapshot({ manifest, plan, observations: log.observations, findings });
  const baseline = options.baseline ?? readStoredBaseline(run);
  const comparison =
    baseline === null
      ? null
      : compare({ base: baseline, head: { name: `run ${run.id}`, baseline: own() }, rng: createRng(COMPARISON_SEED) });
  const verdict = verdictOf(run, { findings, comparison }, options);
  return { findings, log, verdict, snapshot: own, comparison };
}

/** The gate's answer over findings that are there already. */
export function verdictOf(
  run: RunFolder,
  { findings, comparison }: Pick<Analysis, 'findings' | 'comparison'>,
  { policy: asked, today }: AnalyseOptions,
): Verdict {
  const { card } = run.manifest.target;
  return judge({ findings, policy: asked ?? policyOf(run), planComplete: true, comparison, card, today });
}

/** What was measured, without a judgement; of a shard: what it measured. */
export async function findingsOf(run: RunFolder): Promise<Pick<Analysis, 'findings' | 'log'>> {
  const plan = plannedPart(run);
  const digest = planSha256(run.plan.units);
  if (digest !== plan.planSha256)
    throw new DataError({
      code: 'DATA_PLAN_DIGEST',
      at: `${run.directory}, plan.json`,
      expected: `units with the digest ${plan.planSha256}`,
      got: digest,
      hint: 'The file was edited.',
    });
  const log = await run.indexUnits();
  const findings = findingsFrom({
    plan,
    log,
    partial: partialOf(run),
    seed: run.manifest.seed,
    loadLogits: (blob) => run.loadLogits(blob),
  });
  return { findings: { ...findings, ...profilePart(run), ...cacheTimingPart(run) }, log };
}

/** Analyses and stores what was found. */
export async function analyseAndStore(run: RunFolder, options: AnalyseOptions): Promise<Analysis> {
  const analysis = await analyse(run, options);
  run.writeFindings(analysis.findings);
  run.writeVerdict(analysis.verdict);
  return analysis;
}

/** The policy that the run began with. */
export function policyOf(run: RunFolder): Policy {
  const { config } = run.manifest;
  const stored: unknown =
    typeof config === 'object' && config !== null && 'policy' in config ? config.policy : undefined;
  const parsed = policy.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new DataError({
    code: 'DATA_POLICY',
    at: `${run.directory}, manifest.json, config.policy`,
    expected: 'a policy',
    got: parsed.error.issues[0].message,
    hint: 'The file was edited.',
  });
}

/** The units that this folder is about: those of its shard, or of the shards that were merged, else all. */
function plannedPart({ plan, manifest }: RunFolder): Plan {
  const { shard, merged } = manifest;
  if (shard !== null) return { ...plan, units: unitsOfShard(plan.units, shard) };
  if (merged === null || merged.present.length === merged.of) return plan;
  const shards = assignShards(plan.units, merged);
  return { ...plan, units: plan.units.filter((_, position) => merged.present.includes(shards[position])) };
}

function partialOf(run: RunFolder): Findings['partial'] {
  const { merged } = run.manifest;
  if (merged === null || merged.present.length === merged.of) return null;
  const { of, present } = merged;
  return { of, present, unitsLeftOut: run.plan.units.length - plannedPart(run).units.length };
}
