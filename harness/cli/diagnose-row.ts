/**
 * The diagnosis of one row: where, what, smallest.
 * @module
 */
import { attribute, differenceKindOf, differs, type Factor, type PairElement } from '../diagnose/index.ts';
import { createRng, TargetError } from '../ports/index.ts';
import { SCHEMA_VERSION, storeJob, type Diagnosis, type DifferenceKind, type Repro } from '../schema/index.ts';
import type { RunFolder } from '../store/index.ts';
import type { DiagnosedRow } from './failing-row.ts';
import { locatePair, runPair } from './locate-pair.ts';
import type { RecordedRun } from './recorded-run.ts';
import { findReproducer, measureNoise, searchOf, type Candidate, type Reproducer, type Search } from './reproducer.ts';
import { pairOfUnit, pairsOfRow, shrinkableOf, wantedAtoms, type PlannedPair } from './row-search.ts';
import type { TargetPool } from './target-pool.ts';

export interface DiagnoseInput {
  readonly run: RunFolder;
  readonly chosen: DiagnosedRow;
  readonly recorded: RecordedRun;
  readonly pool: TargetPool;
  /** Levels to lay over the row's, `perturbation:level`. */
  readonly withLevels: readonly string[];
  readonly budget: number;
  /** A line about how far it is. */
  readonly say: (line: string) => void;
}

export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  /** Null: the reason stands in the diagnosis. */
  readonly repro: Repro | null;
}

const FACTORS_MAX = 16;
const CASES_MAX = 6;
const PROGRESS_EVERY = 25;

export async function diagnoseRow(input: DiagnoseInput): Promise<Diagnosed> {
  const { run, chosen, recorded, pool } = input;
  const { row, pair } = chosen;
  const planned = plannedPair(input);
  const search = searchFor(planned, input);
  const whole = search?.build(allIds(search)) ?? {
    own: recorded.own,
    pair: pairOfUnit(planned.unit, planned.level, planned.watched, recorded.planInput),
  };
  const target = await pool.get(whole.own);
  const sides = await runPair(target, whole.pair);
  // levels that are laid over each other change the prompt or the arithmetic
  const by = differenceKindOf(input.withLevels.length > 0 ? 'drift' : row.promise, sides);
  const location = await locatePair(whole.pair, sides, by, { own: whole.own, tokenizer: target.tokenizer, pool });
  const found =
    search === null
      ? notMeasured('the prompts of the two sides differ, and the request shares its unit with other cases')
      : recorded.own.config.kind === 'replay'
        ? notMeasured('a recorded run answers only what it was asked')
        : await takeApart(search, whole, sides, by, input);
  const { attribution, reproducer } = 'kind' in found ? { attribution: found, reproducer: found } : found;
  const repro =
    'kind' in reproducer ? null : await reproOf(reproducer, search?.elements.length ?? 0, { chosen, run, by, input });
  return {
    repro,
    diagnosis: {
      schemaVersion: SCHEMA_VERSION,
      runId: run.id,
      row,
      pair,
      by,
      location,
      attribution,
      reproducer:
        repro === null
          ? (reproducer as NotMeasured)
          : {
              kind: 'written',
              file: 'repro.json',
              minimality: repro.minimality,
              elements: repro.elements,
              elementsBefore: repro.elementsBefore,
              probes: repro.probes,
            },
    },
  };
}

interface NotMeasured {
  readonly kind: 'not-measured';
  readonly why: string;
}

const notMeasured = (why: string): NotMeasured => ({ kind: 'not-measured', why });

function plannedPair({ run, chosen }: DiagnoseInput): PlannedPair {
  const { row, pair } = chosen;
  const unit = run.plan.units.find(({ id }) => id === pair.unitId);
  if (unit === undefined) throw new RangeError(`invariant: a finding names unit ${pair.unitId}, which is not planned`);
  return { unit, level: row.level, watched: pair.requestId };
}

function searchFor(planned: PlannedPair, { run, recorded, withLevels }: DiagnoseInput): Search | null {
  const shrinkable = shrinkableOf(planned, wantedAtoms(withLevels, run.plan), run.plan, recorded);
  return shrinkable === null ? null : searchOf(shrinkable, recorded.own);
}

const allIds = ({ elements }: Search): Set<string> => new Set(elements.map(({ id }) => id));

async function takeApart(
  search: Search,
  whole: Candidate,
  sides: Parameters<typeof findReproducer>[1],
  by: DifferenceKind,
  input: DiagnoseInput,
): Promise<NotMeasured | Pick<Taken, 'attribution' | 'reproducer'>> {
  const { pool, budget } = input;
  const noise = await measureNoise(whole, { pool, by, budget });
  if (noise.kind === 'too-noisy')
    return notMeasured(`the target differs from itself in ${noise.differing} of ${noise.trials} trials`);
  const attribution = await attributionOf(search, by, input);
  const reproducer = await findReproducer(
    search,
    sides,
    { pool, by, noise: noise.kind === 'exact' ? null : noise.model },
    {
      budget,
      onProbe: ({ probes, kept }) => {
        if (probes % PROGRESS_EVERY === 0)
          input.say(
            `shrink: ${probes} of at most ${budget} probes, ${kept} of ${search.elements.length} elements left`,
          );
      },
    },
  );
  return { attribution, reproducer: reproducer ?? notMeasured('the pair was run again and shows no difference') };
}

interface Taken {
  readonly attribution: Diagnosis['attribution'];
  readonly reproducer: Reproducer | NotMeasured;
}

/** One factor for each setting, atom and knob, and one for all other requests. */
function factorsOf(elements: readonly PairElement[]): Factor[] {
  const factors = new Map<string, Factor>();
  for (const { factor, id, label } of elements)
    if (factor !== null && !factors.has(factor))
      factors.set(factor, { id: factor, label: factor === id ? label : factor });
  return [...factors.values()];
}

async function attributionOf(
  search: Search,
  by: DifferenceKind,
  input: DiagnoseInput,
): Promise<Diagnosis['attribution']> {
  const { run, recorded, pool, budget } = input;
  const factors = factorsOf(search.elements);
  if (factors.length === 0) return notMeasured('nothing but the prompt could be taken away');
  if (factors.length > FACTORS_MAX) return notMeasured(`${factors.length} factors are too many for a design`);
  const searches = pairsOfRow(plannedPair(input), run.plan, recorded)
    .map((planned) => searchFor(planned, input))
    .filter((one) => one !== null && sameFactors(factorsOf(one.elements), factors))
    .slice(0, Math.max(1, Math.min(CASES_MAX, Math.floor(budget / 2 ** Math.min(factors.length, 6)))));
  input.say(`attribute: ${factors.length} factors, ${searches.length} cases`);
  const found = await attribute({
    factors,
    cases: searches.length,
    response: `whether the two sides differ in ${by} (0 or 1)`,
    rng: createRng(`${run.manifest.seed}/diagnose`),
    probe: async (present, index) => {
      const { elements, build } = searches[index]!;
      const kept = elements.filter(({ factor }) => factor === null || present.has(factor));
      const candidate = build(new Set(kept.map(({ id }) => id)));
      return candidate !== null && (await differsOnce(candidate, by, pool)) ? 1 : 0;
    },
  });
  return found ?? notMeasured('the response is the same in all cells');
}

const sameFactors = (a: readonly Factor[], b: readonly Factor[]): boolean =>
  a.map(({ id }) => id).join('\n') === b.map(({ id }) => id).join('\n');

/** What a target refuses shows no difference. */
async function differsOnce({ pair, own }: Candidate, by: DifferenceKind, pool: TargetPool): Promise<boolean> {
  try {
    return differs(await runPair(await pool.get(own), pair), by);
  } catch (error) {
    if (error instanceof TargetError && error.problem.code === 'TARGET_REFUSED') return false;
    throw error;
  }
}

async function reproOf(
  { shrunk, candidate }: Reproducer,
  elementsBefore: number,
  { chosen, run, by, input }: { chosen: DiagnosedRow; run: RunFolder; by: DifferenceKind; input: DiagnoseInput },
): Promise<Repro> {
  const { pair, own } = candidate;
  const { id, kind, fingerprintSha256 } = await (await input.pool.get(own)).describe();
  const embedded = own.config.kind === 'reference-engine' || own.config.kind === 'null';
  const { probes, trials, undecided, minimality } = shrunk;
  return {
    schemaVersion: SCHEMA_VERSION,
    runId: run.id,
    perturbation: chosen.row.perturbation,
    level: chosen.row.level,
    caseId: chosen.pair.caseId,
    target: { id, kind, fingerprintSha256, config: embedded ? own.config : null },
    watched: pair.watched,
    by,
    sides: { reference: storeJob(pair.reference), level: storeJob(pair.level) },
    elements: shrunk.kept.map((element) => ({ id: element.id, kind: element.kind, label: element.label })),
    elementsBefore,
    minimality,
    probes: { made: probes, budget: input.budget, trials, undecided },
  };
}
