/**
 * The elements of a pair whose compared request has one prompt at both sides: knobs, precision, arrival, the other requests, and the
 * parts and tokens of that prompt. Made from the two jobs alone, whatever perturbation they come from.
 *
 * An element that is left out is as at the reference; another request is left out of both sides, a piece of the prompt too.
 * @module
 */
import type { LevelJob, PlannedRequest, ServingKnobs } from '../schema/index.ts';
import { eachRequest, STAGE, watchedRequest, type JobPair, type PairElement, type Shrinkable } from './job-pair.ts';

/** The compared prompt, the same at both sides. */
export interface SharedPrompt {
  readonly tokenIds: readonly number[];
  /** Pieces that people know, in order and next to each other; [] = none. */
  readonly parts: readonly { readonly label: string; readonly tokens: number }[];
  /** A token as people see it. */
  readonly tokenText: (tokenId: number) => string;
}

export function jobElements(pair: JobPair, prompt: SharedPrompt): Shrinkable {
  const partOf = prompt.parts.flatMap(({ tokens }, part) => Array.from({ length: tokens }, () => part));
  const elements = [...configurationElements(pair), ...mateElements(pair), ...promptElements(prompt, partOf)];
  const known = new Set(elements.map(({ id }) => id));
  return {
    elements,
    build: (kept) => {
      const has = (id: string): boolean => kept.has(id) || !known.has(id);
      const tokenIds = prompt.tokenIds.filter((_, at) => has(tokenId(at)) && has(partId(partOf[at])));
      if (tokenIds.length === 0) return null;
      const change = (request: PlannedRequest): PlannedRequest | null => {
        if (request.id === pair.watched) return { ...request, prompt: { kind: 'tokens', tokenIds } };
        return has(mateId(request.id)) ? request : null;
      };
      return {
        watched: pair.watched,
        reference: eachRequest(pair.reference, change),
        level: eachRequest(configured(pair, has), change),
      };
    },
  };
}

const tokenId = (at: number): string => `token:${at}`;
const partId = (part: number | undefined): string => `part:${part ?? 'none'}`;
const mateId = (request: string): string => `request:${request}`;

/** The level's job with only the settings that are kept; the others as at the reference. */
function configured({ reference, level }: JobPair, has: (id: string) => boolean): LevelJob {
  const knobs = Object.fromEntries(
    changedKnobs(reference, level)
      .map((name) => [name, has(`knob:${name}`) ? level.knobs?.[name] : reference.knobs?.[name]] as const)
      .filter(([, value]) => value !== undefined),
  );
  const unchanged = Object.fromEntries(
    Object.entries(level.knobs ?? {}).filter(([name]) => !(name in knobs) && !isChanged(name, reference, level)),
  );
  const job: LevelJob = {
    ...level,
    precision: has('precision') ? level.precision : reference.precision,
    sessions: has('sessions') ? level.sessions : reference.sessions,
    knobs: { ...unchanged, ...knobs },
  };
  if (has('arrival')) return job;
  return eachRequest(job, (request) => ({ ...request, arrivalStep: 0 }));
}

function configurationElements({ reference, level }: JobPair): PairElement[] {
  const element = (id: string, kind: PairElement['kind'], label: string): PairElement => ({
    id,
    kind,
    label,
    stage: STAGE.factor,
    factor: id,
  });
  const arrives = (job: LevelJob): string => JSON.stringify(job.waves.flat().map(({ arrivalStep = 0 }) => arrivalStep));
  return [
    ...(reference.precision === level.precision
      ? []
      : [element('precision', 'atom', `precision ${reference.precision} -> ${level.precision}`)]),
    ...(reference.sessions === level.sessions
      ? []
      : [element('sessions', 'atom', `sessions ${reference.sessions} -> ${level.sessions}`)]),
    ...(arrives(reference) === arrives(level) ? [] : [element('arrival', 'atom', 'arrival one after another')]),
    ...changedKnobs(reference, level).map((name) =>
      element(`knob:${name}`, 'knob', `${name} ${valueText(reference, name)} -> ${valueText(level, name)}`),
    ),
  ];
}

/** All of them are one factor: how many there are belongs together with who they are. */
function mateElements({ reference, level, watched }: JobPair): PairElement[] {
  const requests = new Map([...reference.waves.flat(), ...level.waves.flat()].map((request) => [request.id, request]));
  requests.delete(watched);
  return [...requests.values()].map(({ id, caseId }) => ({
    id: mateId(id),
    kind: 'mate',
    label: `request ${id} of case ${caseId}`,
    stage: STAGE.factor,
    factor: 'other requests',
  }));
}

function promptElements({ tokenIds, parts, tokenText }: SharedPrompt, partOf: readonly number[]): PairElement[] {
  const ofParts = parts.map(({ label }, part): PairElement => ({
    id: partId(part),
    kind: 'part',
    label: `part ${part + 1}, ${label}`,
    stage: STAGE.part,
    factor: null,
  }));
  const ofTokens = tokenIds.map((token, at): PairElement => ({
    id: tokenId(at),
    kind: 'token',
    label: `token ${at} ${JSON.stringify(tokenText(token))}`,
    stage: STAGE.token,
    factor: null,
    ...(partOf[at] === undefined ? {} : { within: partId(partOf[at]) }),
  }));
  return [...ofParts, ...ofTokens];
}

function changedKnobs(reference: LevelJob, level: LevelJob): (keyof ServingKnobs)[] {
  const names = new Set([...Object.keys(reference.knobs ?? {}), ...Object.keys(level.knobs ?? {})]);
  return ([...names] as (keyof ServingKnobs)[]).filter((name) => isChanged(name, reference, level)).sort();
}

const isChanged = (name: string, reference: LevelJob, level: LevelJob): boolean =>
  reference.knobs?.[name as keyof ServingKnobs] !== level.knobs?.[name as keyof ServingKnobs];

const valueText = (job: LevelJob, name: keyof ServingKnobs): string => String(job.knobs?.[name] ?? "target's own");

/** Whether the compared request is asked the same at both sides. */
export function samePrompt({ reference, level, watched }: JobPair): boolean {
  const [a, b] = [reference, level].map((job) => watchedRequest(job, watched).prompt);
  return JSON.stringify(a) === JSON.stringify(b);
}
