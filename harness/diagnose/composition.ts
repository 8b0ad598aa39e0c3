/**
 * Several perturbations of one case in one request: what no single perturbation makes, and where two of them meet a fault that neither
 * finds alone.
 *
 * Each atom is a level of a perturbation, made by the perturbation itself. One that moves whole parts gives a case with the same parts
 * in another order, to which the next is applied; one that cuts the prompt comes after those. Knobs and precision are laid over each
 * other; at most one atom may bring other requests.
 * @module
 */
import { createRng } from '../ports/index.ts';
import type { Case, CasePart, GenerationSettings, Level, LevelJob, Perturbation, Tokenizer } from '../schema/index.ts';
import { eachRequest, STAGE, standalone, watchedRequest, type PairElement, type Shrinkable } from './job-pair.ts';

/** A level of a perturbation, with what its job is made from. */
export interface Atom {
  readonly perturbation: Perturbation<never>;
  readonly options: unknown;
  /** Of the perturbation's units. */
  readonly seed: string;
  readonly unit: Parameters<Perturbation<never>['job']>[0]['unit'];
  readonly level: Level;
}

export interface CompositionInput {
  /** All cases of the plan: other requests come from them. */
  readonly cases: readonly Case[];
  readonly case: Case;
  readonly atoms: readonly Atom[];
  readonly generation: GenerationSettings;
  readonly tokenizer: Tokenizer;
}

export const atomId = ({ perturbation, level }: Pick<Atom, 'perturbation' | 'level'>): string =>
  `${perturbation.id}:${level.id}`;

/** Elements: the atoms, and the parts of the case, which are left out of both sides. */
export function compositionElements(input: CompositionInput): Shrinkable {
  const atoms = input.atoms.map((atom): PairElement => ({
    id: atomId(atom),
    kind: 'atom',
    label: `${atomId(atom)}, ${atom.level.label}`,
    stage: STAGE.factor,
    factor: atomId(atom),
  }));
  const parts = input.case.parts.map(({ label }, part): PairElement => ({
    id: `part:${part}`,
    kind: 'part',
    label: `part ${part + 1}, ${label}`,
    stage: STAGE.part,
    factor: null,
  }));
  return {
    elements: [...atoms, ...parts],
    build: (kept) => {
      const left = input.case.parts.filter((_, part) => kept.has(`part:${part}`));
      if (left.length === 0) return null;
      const own = { ...input, case: { ...input.case, parts: left } };
      const level = composed({ ...own, atoms: input.atoms.filter((atom) => kept.has(atomId(atom))) });
      const reference = composed({ ...own, atoms: [] });
      return level === null || reference === null ? null : { reference, level, watched: input.case.id };
    },
  };
}

/** One job with all the atoms; null where they cannot be put together, or one of them does not apply to the case as it is now. */
function composed(input: CompositionInput): LevelJob | null {
  let current = input.case;
  let cut: readonly number[] | null = null;
  // those that move parts first: after a cut there are no parts to move
  const made = input.atoms.map((atom) => ({ atom, moved: movedParts(atom, current, input) }));
  for (const { atom } of made.filter(({ moved }) => moved !== null)) {
    const parts = movedParts(atom, current, input);
    if (parts === null) return null;
    current = { ...current, parts };
  }
  let job = plainJob(current, input);
  let others = false;
  for (const { atom } of made.filter(({ moved }) => moved === null)) {
    const own = jobOf(atom, current, input);
    const control = controlJob(atom, current, input);
    if (own === null || control === null) return null;
    const prompt = tokensOf(own, input);
    if (prompt.join() !== tokensOf(control, input).join()) {
      // a second cut would act on what the first has left, of which it knows no parts
      if (cut !== null) return null;
      cut = prompt;
    }
    if (own.waves.flat().length > 1) {
      if (others) return null;
      others = true;
      job = { ...job, waves: own.waves, sessions: own.sessions };
    }
    job = {
      ...job,
      precision: own.precision === 'target-default' ? job.precision : own.precision,
      knobs: { ...job.knobs, ...own.knobs },
    };
  }
  const prompt = { kind: 'tokens', tokenIds: cut ?? input.tokenizer.encode(textOf(current.parts)) } as const;
  return standalone(eachRequest(job, (request) => (request.id === input.case.id ? { ...request, prompt } : request)));
}

const textOf = (parts: readonly CasePart[]): string => parts.map(({ text }) => text).join('\n');

function plainJob(own: Case, { generation }: CompositionInput): LevelJob {
  const request = {
    id: own.id,
    caseId: own.id,
    role: 'probe',
    prompt: { kind: 'text', text: textOf(own.parts) },
    ...generation,
    canary: null,
    forcedFromLevel: null,
  } as const;
  return {
    unitId: 'composed',
    levelId: 'composed',
    precision: 'target-default',
    sessions: 'one',
    knobs: {},
    waves: [[request]],
  };
}

function tokensOf(job: LevelJob, { case: own, tokenizer }: CompositionInput): readonly number[] {
  const { prompt } = watchedRequest(job, own.id);
  return prompt.kind === 'tokens' ? prompt.tokenIds : tokenizer.encode(prompt.text);
}

/** The job of an atom on the case as it is now; null where the atom does not apply to it. */
function jobOf(atom: Atom, own: Case, input: CompositionInput, level = atom.level): LevelJob | null {
  try {
    return atom.perturbation.job({
      cases: input.cases.map((one) => (one.id === own.id ? own : one)),
      // parsed by this perturbation's own schema; a registry of perturbations cannot say so in types
      options: atom.options as never,
      generation: input.generation,
      tokenizer: input.tokenizer,
      rng: createRng(atom.seed),
      unit: atom.unit,
      level,
    });
  } catch (error) {
    // what a perturbation throws for a level that a case has not
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function controlJob(atom: Atom, own: Case, input: CompositionInput): LevelJob | null {
  const control = atom.unit.levels.find(({ id }) => id === atom.level.reference);
  return control === undefined ? null : jobOf(atom, own, input, control);
}

/**
 * The case's parts as the atom orders them; null when it does something else, or does not apply.
 *
 * Asked with a mark in place of each text (equal texts have equal marks), so that the order can be read from the prompt.
 */
function movedParts(atom: Atom, own: Case, input: CompositionInput): CasePart[] | null {
  const texts = own.parts.map(({ text }) => text);
  const marks = texts.map((text) => `mark ${texts.indexOf(text)}`);
  const marked = { ...own, parts: own.parts.map((part, index) => ({ ...part, text: marks[index] })) };
  const job = jobOf(atom, marked, input);
  if (job === null || job.waves.flat().length !== 1) return null;
  const { prompt } = watchedRequest(job, own.id);
  if (prompt.kind !== 'text') return null;
  const order = prompt.text.split('\n');
  if (order.join('\n') === marks.join('\n') || [...order].sort().join() !== [...marks].sort().join()) return null;
  const free = own.parts.map((part, index) => ({ part, mark: marks[index] }));
  return order.map(
    (mark) =>
      free.splice(
        free.findIndex((one) => one.mark === mark),
        1,
      )[0].part,
  );
}
