/**
 * Two results as one comparison: paired by unit, level and request for outputs, by case for effects. Never unpaired.
 *
 * Both sides are baselines: a run is made one first (`snapshot`), so that a run is compared with a run and with a committed file
 * by the same rules.
 * @module
 */
import { DataError } from '../../ports/index.ts';
import {
  SCHEMA_VERSION,
  type Baseline,
  type BaselineEffect,
  type Comparison,
  type EffectChange,
  type Rng,
} from '../../schema/index.ts';
import { keyOfEffect } from '../baseline/snapshot.ts';
import { counted } from '../words.ts';
import { noiseMeasures } from './noise-measures.ts';
import { noiseComparisons } from './noise.ts';
import { outputRows } from './outputs.ts';
import { pairedDifference } from './paired.ts';
import { repeatedRequests } from './repeats.ts';

export interface CompareSide {
  /** How messages call it. */
  readonly name: string;
  readonly baseline: Baseline;
}

export interface CompareInput {
  readonly base: CompareSide;
  readonly head: CompareSide;
  readonly rng: Rng;
}

/** @throws DataError when both have units and none in common: there is nothing to compare */
export function compare({ base, head, rng }: CompareInput): Comparison {
  const [before, after] = [base.baseline, head.baseline];
  const onlyBase = missingKeys(before.units, after.units);
  const onlyHead = missingKeys(after.units, before.units);
  const both = Object.keys(before.units).length - onlyBase.length;
  // A run without one good observation is incomplete; that is for the gate to say.
  if (both === 0 && onlyBase.length > 0 && onlyHead.length > 0) throw nothingInCommon(base, head);
  const repeated = repeatedRequests(before, after);
  const measures = noiseMeasures(repeated, rng);
  return {
    schemaVersion: SCHEMA_VERSION,
    base: sideOf(base),
    head: sideOf(head),
    units: { both, onlyBase, onlyHead },
    targetChanges: targetChanges(before, after),
    notComparable: notComparable({ base, head, onlyBase, onlyHead }),
    outputs: outputRows(before, after),
    effects: effectChanges(before, after, rng),
    noise: noiseComparisons(repeated, rng),
    ...(measures.length > 0 && { noiseMeasures: measures }),
  };
}

const sideOf = ({ name, baseline }: CompareSide): Comparison['base'] => ({
  name,
  planSha256: baseline.planSha256,
  targetFingerprintSha256: baseline.target.fingerprintSha256,
});

/** Keys of `a` that `b` lacks, sorted. */
function missingKeys(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(a)
    .filter((key) => !Object.hasOwn(b, key))
    .sort();
}

function targetChanges(base: Baseline, head: Baseline): Comparison['targetChanges'] {
  const [a, b] = [base.target, head.target];
  if (a.fingerprintSha256 === b.fingerprintSha256) return [];
  const names = [...new Set([...Object.keys(a.card), ...Object.keys(b.card)])].sort();
  const lines = [
    { name: 'id', base: a.id, head: b.id },
    { name: 'kind', base: a.kind, head: b.kind },
    ...names.map((name) => ({ name, base: valueAt(a.card, name), head: valueAt(b.card, name) })),
  ].filter((line) => line.base !== line.head);
  if (lines.length > 0) return lines;
  return [{ name: 'fingerprint', base: a.fingerprintSha256, head: b.fingerprintSha256 }];
}

const valueAt = (card: Readonly<Record<string, string>>, name: string): string | null =>
  Object.hasOwn(card, name) ? card[name] : null;

interface Sides {
  readonly base: CompareSide;
  readonly head: CompareSide;
  readonly onlyBase: readonly string[];
  readonly onlyHead: readonly string[];
}

function notComparable({ base, head, onlyBase, onlyHead }: Sides): string[] {
  const inBase = new Set(base.baseline.effects.map(keyOfEffect));
  const inHead = new Set(head.baseline.effects.map(keyOfEffect));
  const only = (has: ReadonlySet<string>, other: ReadonlySet<string>): number =>
    [...has].filter((key) => !other.has(key)).length;
  const lines: [number, string, string][] = [
    [onlyBase.length, 'unit', `of ${base.name} not in ${head.name}`],
    [onlyHead.length, 'unit', `of ${head.name} not in ${base.name}`],
    [only(inBase, inHead), 'effect', `of ${base.name} not in ${head.name}`],
    [only(inHead, inBase), 'effect', `of ${head.name} not in ${base.name}`],
  ];
  const withTimes = (of: 'profiled' | 'timed', what: string): string[] => {
    const sides = [base, head].filter(({ baseline }) => baseline[of] === true).map(({ name }) => name);
    if (sides.length === 0) return [];
    return [`the ${what} of ${sides.join(' and of ')}: times of two runs differ by more than the target`];
  };
  return [
    ...lines.filter(([count]) => count > 0).map(([count, noun, where]) => `${counted(count, noun)} ${where}`),
    ...withTimes('profiled', 'profile'),
    ...withTimes('timed', 'timing audit'),
  ];
}

function effectChanges(base: Baseline, head: Baseline, rng: Rng): EffectChange[] {
  const before = new Map(base.effects.map((effect) => [keyOfEffect(effect), effect]));
  return head.effects.flatMap((effect) => {
    const counterpart = before.get(keyOfEffect(effect));
    return counterpart === undefined ? [] : [changeOf(counterpart, effect, rng)];
  });
}

function changeOf(base: BaselineEffect, head: BaselineEffect, rng: Rng): EffectChange {
  const { report, axis, level, label, promise, metric } = head;
  return {
    report,
    axis,
    level,
    label,
    promise,
    metric,
    base: base.value,
    head: head.value,
    ...pairedDifference(base, head, rng.fork(keyOfEffect(head))),
  };
}

function nothingInCommon(base: CompareSide, head: CompareSide): DataError {
  const [a, b] = [base.baseline, head.baseline];
  const different = [
    ...(a.casesSha256 === b.casesSha256 ? [] : ['the cases']),
    ...(a.seed === b.seed ? [] : [`the seed (${a.seed}, ${b.seed})`]),
    ...(a.target.id === b.target.id ? [] : [`the target (${a.target.id}, ${b.target.id})`]),
  ];
  return new DataError({
    code: 'COMPARE_NOTHING_IN_COMMON',
    at: `${base.name} and ${head.name}`,
    expected: 'results with at least one unit in common',
    got: `${counted(Object.keys(a.units).length, 'unit')} and ${counted(Object.keys(b.units).length, 'unit')}, none the same`,
    hint:
      `Units are the same when cases, perturbations, generation settings, seed and target id are. ` +
      `Different are ${different.length > 0 ? different.join(', ') : 'perturbations, their options, or generation settings'}. ` +
      `Compare runs of one plan, or save a new baseline.`,
  });
}
