/**
 * Cases and perturbations -> the ordered units of a run. Pure: the same input gives the same plan, byte for byte.
 * @module
 */
import { ConfigError, createRng } from '../ports/index.ts';
import {
  SCHEMA_VERSION,
  type Case,
  type Cell,
  type GenerationSettings,
  type Level,
  type LevelJob,
  type Perturbation,
  type PerturbationInput,
  type Plan,
  type Tokenizer,
  type Unit,
} from '../schema/index.ts';
import { digestOf } from './digest.ts';
import { unitId } from './unit-id.ts';

/** A perturbation with its options, as its own schema parsed them. */
export interface ChosenPerturbation {
  readonly perturbation: Perturbation<never>;
  readonly options: unknown;
}

export interface PlanInput {
  /** In file order; ids are unique. */
  readonly cases: readonly Case[];
  /** In the order in which their units are run. */
  readonly perturbations: readonly ChosenPerturbation[];
  readonly tokenizer: Tokenizer;
  readonly generation: GenerationSettings;
  readonly seed: string;
  readonly targetId: string;
}

/**
 * @throws ConfigError PLAN_PERTURBATION_EMPTY when a perturbation applies to none of the cases: what was asked for would silently not
 *   be measured
 */
export function expandPlan(input: PlanInput): Plan {
  const casesById = new Map(input.cases.map((testCase) => [testCase.id, testCase]));
  if (casesById.size !== input.cases.length)
    throw new RangeError('expandPlan: expected case ids that are all different');
  if (input.perturbations.length === 0)
    throw new RangeError('expandPlan: expected at least one perturbation, got none');

  const cells = input.perturbations.map((chosen) => ({ chosen, cells: cellsOf(input, chosen) }));
  const empty = cells.filter((entry) => entry.cells.length === 0).map((entry) => entry.chosen.perturbation.id);
  if (empty.length > 0) {
    throw new ConfigError(
      empty.map((id) => ({
        code: 'PLAN_PERTURBATION_EMPTY',
        at: `perturbations.${id}`,
        expected: 'at least one case that it applies to',
        got: `none of ${input.cases.length}`,
        hint: 'Take the perturbation out, or add a case that has the parts it changes.',
      })),
    );
  }

  const units = cells.flatMap(({ chosen, cells: own }) => own.map((cell) => unitOf(input, chosen, cell, casesById)));
  return { schemaVersion: SCHEMA_VERSION, planSha256: planSha256(units), units, ...answersOf(input.cases) };
}

/** Absent where no case has one, so that such plans do not speak of it. */
function answersOf(cases: readonly Case[]): Pick<Plan, 'answers'> {
  const answers = Object.fromEntries(cases.flatMap(({ id, answer }) => (answer === undefined ? [] : [[id, answer]])));
  return Object.keys(answers).length === 0 ? {} : { answers };
}

/** SHA-256 over the units' ids in order. */
export function planSha256(units: readonly Pick<Unit, 'id'>[]): string {
  return digestOf(
    'evenkeel/plan',
    units.map((unit) => unit.id),
  );
}

/** What a plan will send. */
export function planCost(plan: Pick<Plan, 'units'>): {
  units: number;
  levels: number;
  requests: number;
  tokens: number;
} {
  const cost = { units: plan.units.length, levels: 0, requests: 0, tokens: 0 };
  for (const unit of plan.units) {
    cost.levels += unit.levels.length;
    cost.requests += unit.cost.requests;
    cost.tokens += unit.cost.tokens;
  }
  return cost;
}

/** The requests of one level of a unit, made again from the same input as the plan. */
export function jobFor(input: PlanInput, unit: Unit, level: Level): LevelJob {
  const chosen = input.perturbations.find((candidate) => candidate.perturbation.id === unit.perturbation);
  if (chosen === undefined)
    throw new RangeError(`jobFor: unit ${unit.id} is of ${unit.perturbation}, which is not in the plan's input`);
  return makeJob(input, chosen, unit, level);
}

function cellsOf(input: PlanInput, chosen: ChosenPerturbation): Cell[] {
  return chosen.perturbation.cells(perturbationInput(input, chosen, unitSeed(input, chosen)));
}

function unitOf(input: PlanInput, chosen: ChosenPerturbation, cell: Cell, casesById: ReadonlyMap<string, Case>): Unit {
  const unit: Omit<Unit, 'id'> = {
    perturbation: chosen.perturbation.id,
    caseIds: cell.caseIds,
    levels: cell.levels,
    seed: unitSeed(input, chosen),
    cost: cell.cost,
  };
  const cases = cell.caseIds.map((id) => {
    const testCase = casesById.get(id);
    if (testCase === undefined) throw new RangeError(`expandPlan: ${unit.perturbation} names the unknown case ${id}`);
    return testCase;
  });
  const jobs = cell.levels.map((level) => makeJob(input, chosen, { id: '', ...unit }, level));
  return {
    id: unitId({ unit, cases, options: chosen.options, generation: input.generation, targetId: input.targetId, jobs }),
    ...unit,
  };
}

function makeJob(input: PlanInput, chosen: ChosenPerturbation, unit: Unit, level: Level): LevelJob {
  return chosen.perturbation.job({ ...perturbationInput(input, chosen, unit.seed), unit, level });
}

function unitSeed(input: PlanInput, chosen: ChosenPerturbation): string {
  return `${input.seed}/${chosen.perturbation.id}`;
}

function perturbationInput(input: PlanInput, chosen: ChosenPerturbation, seed: string): PerturbationInput<never> {
  return {
    cases: input.cases,
    // The options were parsed by this perturbation's own schema; a registry of perturbations cannot say so in types.
    options: chosen.options as never,
    generation: input.generation,
    tokenizer: input.tokenizer,
    rng: createRng(seed),
  };
}
