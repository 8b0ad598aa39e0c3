/**
 * One trial: an engine with a fault, a control or nothing, through a protocol, by the plan, the suites and the gate of every run. Judged
 * twice: with everything that the engine shows, and with what any server returns (tokens, text, log-probabilities).
 * @module
 */
import type { Checkpoint, EngineOptions } from '../../../engine/index.ts';
import { GENERATION, promptsOf, type Control, type Protocol } from '../../../suites/fault-bench/index.ts';
import { compare, judge, snapshot } from '../../gate/index.ts';
import { findingsInMemory, measure, type Measurement } from '../../measure/index.ts';
import { createRng, type Clock } from '../../ports/index.ts';
import {
  policy,
  type Baseline,
  type Check,
  type Findings,
  type Logits,
  type Observation,
  type Policy,
  type Target,
  type Verdict,
} from '../../schema/index.ts';
import { createPartsTarget } from '../../targets/index.ts';
import type { OpenServer } from './server-target.ts';
import { timingPart } from './timing-part.ts';

export interface TrialInput {
  readonly protocol: Protocol;
  readonly checkpoint: Checkpoint;
  readonly seed: string;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  /** The engine behind its HTTP face, where the protocol asks over it. */
  readonly openServer: OpenServer;
  /** Over the protocol's. */
  readonly engine?: EngineOptions;
  /** Other parts of the HTTP face, where the protocol asks over it. */
  readonly serverParts?: object;
  readonly control?: Control;
  /** Of the unchanged engine, in both views; null = do not compare. */
  readonly golden: Golden | null;
}

/** The outputs of the unchanged engine as a baseline, as seen with logits and without. */
export interface Golden {
  readonly white: Baseline;
  readonly black: Baseline;
}

export interface TrialResult {
  readonly measurement: Measurement;
  readonly white: Verdict;
  readonly black: Verdict;
  readonly golden: Golden;
  /** What the engine itself refused with; null = nothing. */
  readonly trap: string | null;
  readonly target: Target;
}

const DAY = '2026-01-01';
/** One comparison without a difference allows 95 %: in a bench a few comparisons pass, and one difference fails. */
const RATE = 0.96;

function policyOf({ drift = {}, timing }: Protocol, view: 'white' | 'black'): Policy {
  return policy.parse({
    maxFailureRate: RATE,
    maxCanaryRate: RATE,
    drift,
    ...(timing === undefined ? {} : { cacheTiming: { alpha: timing.alpha } }),
    // a server without logits: log-probabilities are then the numbers that are compared
    determinism: view === 'black' ? { '*': { maxLogprobFailureRate: RATE } } : {},
    baseline: {
      noise: { failureRate: 0, klNatsMean: 0, sameTopShare: 0 },
      margin: { failureRate: 1, klNatsMean: 99, sameTopShare: 1 },
    },
  });
}

export async function runTrial(input: TrialInput): Promise<TrialResult> {
  const { protocol, checkpoint, seed, control, engine } = input;
  const request = (one: Parameters<NonNullable<Protocol['request']>>[0]): typeof one => {
    const own = protocol.request?.(one) ?? one;
    return control?.request?.(own) ?? own;
  };
  const options = { ...protocol.engine, ...control?.engine, ...engine };
  const target =
    protocol.server === true
      ? input.openServer({ checkpoint, engine: options, parts: input.serverParts ?? {} })
      : await createPartsTarget({
          id: 'engine',
          checkpoint,
          engine: options,
          tightWarmBytes: protocol.tightWarmBytes,
          ...(protocol.request === undefined && control?.request === undefined ? {} : { request }),
          skipPromptLogits: protocol.skipPromptLogits ?? false,
          clock: input.clock,
        });
  const prompts = promptsOf(
    control?.commonPrefix === undefined ? protocol : { ...protocol, commonPrefix: control.commonPrefix },
    seed,
  );
  const measured = await measure({
    target,
    cases: control?.cases?.(prompts) ?? prompts,
    perturbations: protocol.perturbations,
    generation: { ...GENERATION, ...protocol.generation },
    policy: policyOf(protocol, 'white'),
    seed: `fault-bench/${seed}`,
    today: DAY,
  });
  const timing = await timingPart(protocol.timing, target, { seed, clock: input.clock });
  const measurement = { ...measured, findings: { ...measured.findings, ...timing } };
  const observed = measurement.observations.map((one) => control?.observed?.(one) ?? one);
  const black = viewOf(input, { ...measurement, observations: observed.map(asServer) }, 'black');
  const white = viewOf(input, { ...measurement, observations: observed }, 'white');
  return {
    measurement,
    white: white.verdict,
    black: black.verdict,
    golden: { white: white.baseline, black: black.baseline },
    trap: trapOf(measurement.findings),
    target,
  };
}

/** Axes of the checks that fail. */
export const failedChecks = ({ checks }: Verdict): Check[] => checks.filter(({ outcome }) => outcome === 'fail');

function trapOf({ missing }: Findings): string | null {
  return missing[0]?.why ?? null;
}

function viewOf(
  { protocol, golden, seed }: TrialInput,
  { plan, observations, findings: measured }: Pick<Measurement, 'plan' | 'observations' | 'findings'>,
  view: 'white' | 'black',
): { readonly verdict: Verdict; readonly baseline: Baseline } {
  // times are seen by everybody
  const { cacheTiming } = measured;
  const findings =
    view === 'white'
      ? measured
      : {
          ...findingsInMemory(plan, observations, `fault-bench/${seed}`, noLogits),
          ...(cacheTiming === undefined ? {} : { cacheTiming }),
        };
  const baseline = snapshot({
    manifest: {
      planSha256: plan.planSha256,
      casesSha256: plan.planSha256,
      seed,
      target: { id: 'engine', kind: 'reference-engine', fingerprintSha256: plan.planSha256, card: [] } as never,
    },
    plan,
    observations,
    findings,
  });
  const comparison =
    golden === null
      ? null
      : compare({
          base: { name: 'the engine without a fault', baseline: golden[view] },
          head: { name: 'this engine', baseline },
          rng: createRng('fault-bench/compare'),
        });
  const verdict = judge({
    findings,
    policy: policyOf(protocol, view),
    planComplete: true,
    comparison,
    card: [],
    today: DAY,
  });
  return { verdict, baseline };
}

/** What any server returns of the same answers. */
function asServer(observation: Observation): Observation {
  const levels = observation.levels.map((level) => ({
    ...level,
    // nobody looks into the memory and the files of a server
    counters: Object.fromEntries(Object.entries(level.counters).filter(([name]) => !name.startsWith('residue'))),
    requests: level.requests.map((request) => ({
      ...request,
      stepSha256: [],
      promptLogitsSha256: null,
      generated: NO_LOGITS,
      prompt: NO_LOGITS,
      forced: NO_LOGITS,
    })),
  }));
  return { ...observation, levels };
}

const NO_LOGITS: Logits = { kind: 'unsupported', why: 'a server returns no logits' };

function noLogits(): never {
  throw new Error('invariant: a server without logits has no blobs');
}
