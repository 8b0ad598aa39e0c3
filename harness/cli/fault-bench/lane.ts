/**
 * What one lane does: seed by seed, every protocol on the unchanged engine once, then each fault and each control against that.
 * @module
 */
import { buildCheckpoint, type Checkpoint } from '../../../engine/index.ts';
import {
  controls,
  faults,
  protocolOf,
  type Activation,
  type Control,
  type Fault,
  type Trial,
} from '../../../suites/fault-bench/index.ts';
import { jobFor, type PlanInput } from '../../plan/index.ts';
import { createPartsTarget, loadPartsModule } from '../../targets/index.ts';
import { perturbations } from '../../../perturbations/index.ts';
import { GENERATION, promptsOf } from '../../../suites/fault-bench/index.ts';
import type { Clock } from '../../ports/index.ts';
import type { SeedAgenda } from './agenda.ts';
import { divergingFrom, divergingPair, fingerprintsOf, firstOp, type Diverging } from './first-op.ts';
import { createServerTargets } from './server-target.ts';
import { failedChecks, runTrial, type TrialInput, type TrialResult } from './trial.ts';

export interface LaneWork {
  readonly agenda: readonly SeedAgenda[];
}

export interface LaneEvents {
  readonly onTrial: (trial: Trial) => void;
  /** The unchanged engine failed a protocol: nothing found there counts. */
  readonly onUnclean: (protocol: string, seed: string, why: string) => void;
}

const PRESET = 'v4-micro';

/** Runs the work; resolves when all of it is done. */
export async function runLane(work: LaneWork, clock: Clock, events: LaneEvents, signal: AbortSignal): Promise<void> {
  const modules = new Map<string, FaultModule>();
  const openServer = createServerTargets();
  for (const { seed, ids } of work.agenda) {
    const bench = createSeedBench(seed, { clock, openServer }, events);
    for (const fault of faults.filter(({ id }) => ids.includes(id))) {
      if (signal.aborted) return;
      const module = modules.get(fault.id) ?? (await faultModule(fault));
      modules.set(fault.id, module);
      events.onTrial(await timed(clock, () => faultTrial(bench, fault, module)));
    }
    for (const control of controls.filter(({ id }) => ids.includes(id)))
      for (const protocol of control.protocols) {
        if (signal.aborted) return;
        events.onTrial(await timed(clock, () => controlTrial(bench, control, protocol)));
      }
  }
}

async function timed(clock: Clock, run: () => Promise<Omit<Trial, 'ms'>>): Promise<Trial> {
  const start = clock.nowMs();
  const trial = await run();
  return { ...trial, ms: Math.max(0, clock.nowMs() - start) };
}

interface FaultModule {
  readonly parts: Awaited<ReturnType<typeof loadPartsModule>>['parts'];
  readonly serverParts: object;
  readonly activation: Activation;
}

async function faultModule({ moduleUrl }: Fault): Promise<FaultModule> {
  const { parts, serverParts, activation } = await loadPartsModule(moduleUrl);
  if (activation === null) throw new TypeError(`${moduleUrl}: expected the export activation`);
  return { parts, serverParts: serverParts ?? {}, activation };
}

interface SeedBench {
  readonly seed: string;
  readonly checkpoint: Checkpoint;
  readonly surroundings: Surroundings;
  /** The unchanged engine's result; each protocol runs once. */
  clean(protocol: string): Promise<TrialResult>;
}

type Surroundings = Pick<TrialInput, 'clock' | 'openServer'>;

function createSeedBench(seed: string, surroundings: Surroundings, { onUnclean }: LaneEvents): SeedBench {
  const checkpoint = buildCheckpoint({ preset: PRESET, seed: `fault-bench/${seed}` });
  const results = new Map<string, Promise<TrialResult>>();
  const run = async (id: string): Promise<TrialResult> => {
    const result = await runTrial({ protocol: protocolOf(id), checkpoint, seed, ...surroundings, golden: null });
    const [failed] = failedChecks(result.white).concat(failedChecks(result.black));
    if (failed !== undefined || result.trap !== null) onUnclean(id, seed, result.trap ?? failed?.reason ?? '');
    return result;
  };
  return {
    seed,
    checkpoint,
    surroundings,
    clean(id) {
      let result = results.get(id);
      if (result === undefined) results.set(id, (result = run(id)));
      return result;
    },
  };
}

async function faultTrial(bench: SeedBench, fault: Fault, module: FaultModule): Promise<Omit<Trial, 'ms'>> {
  const { seed, checkpoint } = bench;
  const protocol = protocolOf(fault.protocol);
  const clean = await bench.clean(protocol.id);
  module.activation.reset();
  const result = await runTrial({
    protocol,
    checkpoint,
    seed,
    ...bench.surroundings,
    engine: { parts: module.parts },
    serverParts: module.serverParts,
    golden: protocol.golden === true ? clean.golden : null,
  });
  const activations = module.activation.count();
  const trial = trialOf({ id: fault.id, protocol: protocol.id, seed }, result, clean);
  if (fault.op === null || !(trial.white || trial.black)) return { ...trial, activations };
  const op = await locate(bench, fault, module, result, protocol.golden === true ? clean : null);
  return { ...trial, activations, op };
}

async function controlTrial(bench: SeedBench, control: Control, id: string): Promise<Omit<Trial, 'ms'>> {
  const { seed, checkpoint } = bench;
  const clean = await bench.clean(id);
  const golden = control.sameOutputs ? clean.golden : null;
  const result = await runTrial({ protocol: protocolOf(id), checkpoint, seed, ...bench.surroundings, control, golden });
  return trialOf({ id: control.id, protocol: id, seed }, result, clean);
}

/** What fails here and does not on the unchanged engine. */
function trialOf(
  place: Pick<Trial, 'id' | 'protocol' | 'seed'>,
  result: TrialResult,
  clean: TrialResult,
): Omit<Trial, 'ms'> {
  const fails = (view: 'white' | 'black'): boolean =>
    failedChecks(result[view]).length > 0 && failedChecks(clean[view]).length === 0;
  const failed = [...failedChecks(result.white), ...failedChecks(result.black)];
  const undecided = result.white.checks.find(({ outcome }) => outcome === 'inconclusive');
  return {
    ...place,
    activations: null,
    white: fails('white'),
    black: fails('black'),
    trap: clean.trap === null ? result.trap : null,
    axes: [...new Set(failed.map(({ axis }) => axis))],
    op: null,
    evidenceProblem: undecided?.reason ?? null,
  };
}

/** Runs the diverging pair again, each with a tap. @param base - of the unchanged engine, where the fault is compared with that */
async function locate(
  bench: SeedBench,
  fault: Fault,
  { parts, activation }: FaultModule,
  result: TrialResult,
  base: TrialResult | null,
): Promise<string | null> {
  const { measurement } = result;
  const pair = base === null ? divergingPair(measurement) : divergingFrom(measurement, base.measurement);
  if (pair === null) return null;
  const traced = (level: Diverging['level'], changed: boolean) =>
    fingerprintsOf(pair.requestId, async (tap) => {
      activation.reset();
      const protocol = protocolOf(fault.protocol);
      const target = await createPartsTarget({
        id: 'engine',
        checkpoint: bench.checkpoint,
        engine: { ...protocol.engine, tap, ...(changed ? { parts } : {}) },
        ...(protocol.request === undefined ? {} : { request: protocol.request }),
        skipPromptLogits: protocol.skipPromptLogits ?? false,
      });
      const chosen = Object.entries(protocol.perturbations).flatMap(([id, options]) => {
        const perturbation = perturbations.find((one) => one.id === id);
        return perturbation === undefined ? [] : [{ perturbation, options: perturbation.options.parse(options) }];
      });
      const input: PlanInput = {
        cases: promptsOf(protocol, bench.seed),
        perturbations: chosen,
        tokenizer: target.tokenizer,
        generation: { ...GENERATION, ...protocol.generation },
        seed: `fault-bench/${bench.seed}`,
        targetId: target.id,
      };
      await target.runLevel(jobFor(input, pair.unit, level), { lane: 0, forced: new Map() });
    });
  return firstOp(await traced(pair.level, true), await traced(pair.reference, base === null));
}
