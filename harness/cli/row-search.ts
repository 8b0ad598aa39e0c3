/**
 * From a row of a run to what can be taken away of one of its pairs.
 * @module
 */
import {
  atomId,
  compositionElements,
  jobElements,
  samePrompt,
  standalone,
  watchedRequest,
  type Atom,
  type JobPair,
  type SharedPrompt,
  type Shrinkable,
} from '../diagnose/index.ts';
import { jobFor } from '../plan/index.ts';
import { ConfigError } from '../ports/index.ts';
import type { Case, Plan, Tokenizer, Unit } from '../schema/index.ts';
import { unitsOf } from './failing-row.ts';
import type { RecordedRun } from './recorded-run.ts';

/** A pair as the run has it. */
export interface PlannedPair {
  readonly unit: Unit;
  readonly level: string;
  readonly watched: string;
}

/** A further level that is laid over the row's. */
export interface WantedAtom {
  readonly perturbation: string;
  readonly level: string;
}

const WANTED = /^([a-z0-9._-]+):([a-z0-9._-]+)$/;

/** @throws ConfigError for one that the run has not */
export function wantedAtoms(texts: readonly string[], plan: Plan): WantedAtom[] {
  return texts.map((text) => {
    const [, perturbation = '', level = ''] = WANTED.exec(text) ?? [];
    if (unitsOf(plan, perturbation, level).length > 0) return { perturbation, level };
    const known = plan.units.flatMap((unit) =>
      unit.levels.filter(({ reference }) => reference !== null).map(({ id }) => `${unit.perturbation}:${id}`),
    );
    throw new ConfigError({
      code: 'FLAG_WITH',
      at: '--with',
      expected: `one of ${[...new Set(known)].join(', ')}`,
      got: JSON.stringify(text),
      hint: 'Only levels of the run can be laid over each other.',
    });
  });
}

/** @returns null where this pair cannot be taken apart */
export function shrinkableOf(
  { unit, level, watched }: PlannedPair,
  wanted: readonly WantedAtom[],
  plan: Plan,
  recorded: RecordedRun,
): Shrinkable | null {
  const { planInput, target } = recorded;
  const pair = pairOfUnit(unit, level, watched, planInput);
  const own = planInput.cases.find(({ id }) => id === watchedRequest(pair.level, watched).caseId);
  if (wanted.length === 0 && samePrompt(pair))
    return jobElements(pair, sharedPrompt(pair, own ?? null, target.tokenizer));
  if (own?.id !== watched) return null;
  const atoms = [{ perturbation: unit.perturbation, level }, ...wanted].map((atom) =>
    atomOf(atom, own, plan, recorded),
  );
  if (atoms.some((atom) => atom === null)) return null;
  const { cases, generation } = planInput;
  return compositionElements({
    cases,
    case: own,
    atoms: uniqueAtoms(atoms.filter((atom) => atom !== null)),
    generation,
    tokenizer: target.tokenizer,
  });
}

const uniqueAtoms = (atoms: readonly Atom[]): Atom[] => [
  ...new Map(atoms.map((atom) => [atomId(atom), atom])).values(),
];

/** The level for one case; null where the case has no such level. */
function atomOf({ perturbation, level }: WantedAtom, own: Case, plan: Plan, { planInput }: RecordedRun): Atom | null {
  const unit = unitsOf(plan, perturbation, level).find(({ caseIds }) => caseIds.includes(own.id));
  const chosen = planInput.perturbations.find((one) => one.perturbation.id === perturbation);
  const found = unit?.levels.find(({ id }) => id === level);
  if (unit === undefined || chosen === undefined || found === undefined) return null;
  return { perturbation: chosen.perturbation, options: chosen.options, seed: unit.seed, unit, level: found };
}

export function pairOfUnit(unit: Unit, levelId: string, watched: string, planInput: RecordedRun['planInput']): JobPair {
  const level = unit.levels.find(({ id }) => id === levelId);
  const reference = unit.levels.find(({ id }) => id === level?.reference);
  if (level === undefined || reference === undefined)
    throw new RangeError(`invariant: unit ${unit.id} has no level ${levelId} with a reference`);
  return {
    reference: standalone(jobFor(planInput, unit, reference)),
    level: standalone(jobFor(planInput, unit, level)),
    watched,
  };
}

/** The compared pairs of a row, the diagnosed one first. */
export function pairsOfRow(first: PlannedPair, plan: Plan, recorded: RecordedRun): PlannedPair[] {
  const { level } = first;
  const all = unitsOf(plan, first.unit.perturbation, level).flatMap((unit) => {
    const { reference, level: own } = pairOfUnit(unit, level, '', recorded.planInput);
    const known = new Set(reference.waves.flat().map(({ id }) => id));
    const probes = own.waves.flat().filter(({ role, id }) => role === 'probe' && known.has(id));
    return probes.map(({ id }): PlannedPair => ({ unit, level, watched: id }));
  });
  return [first, ...all.filter(({ unit, watched }) => unit.id !== first.unit.id || watched !== first.watched)];
}

function sharedPrompt({ level, watched }: JobPair, own: Case | null, tokenizer: Tokenizer): SharedPrompt {
  const { prompt } = watchedRequest(level, watched);
  const tokenIds = prompt.kind === 'tokens' ? prompt.tokenIds : tokenizer.encode(prompt.text);
  return { tokenIds, parts: partsOf(own, tokenIds, tokenizer), tokenText: (token) => tokenizer.decode([token]) };
}

/** The case's parts as runs of tokens; [] where the prompt is something else, or a token spans a border. */
function partsOf(own: Case | null, tokenIds: readonly number[], tokenizer: Tokenizer): SharedPrompt['parts'] {
  if (own === null) return [];
  const last = own.parts.length - 1;
  const pieces = own.parts.map(({ text }, part) => tokenizer.encode(part === last ? text : `${text}\n`));
  if (pieces.flat().join() !== tokenIds.join()) return [];
  return own.parts.map(({ label }, part) => ({ label, tokens: pieces[part].length }));
}
