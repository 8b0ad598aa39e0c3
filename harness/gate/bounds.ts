/**
 * Which bound of a policy holds at a place: the most exact one, value by value.
 *
 * A key is `axis:level`, `axis`, the first part of an axis (`batch-size` is also `batch-size/ragged`), or `*`.
 * @module
 */
import type { DriftBound, EqualityKind, NearTies, Policy, Posture } from '../schema/index.ts';

export interface Place {
  readonly axis: string;
  readonly level: string;
}

export interface ResolvedEquality {
  readonly posture: Posture;
  readonly require: EqualityKind;
  readonly maxFailureRate: number;
  readonly noiseMargin: number;
  readonly nearTies: NearTies;
  /** Null = not judged. */
  readonly maxLogprobFailureRate: number | null;
}

export function equalityBoundOf(policy: Policy, place: Place): ResolvedEquality {
  const bound = merged(policy.determinism, place);
  return {
    posture: bound.posture ?? policy.posture,
    require: bound.require ?? policy.require,
    maxFailureRate: bound.maxFailureRate ?? policy.maxFailureRate,
    noiseMargin: bound.noiseMargin ?? policy.noiseMargin,
    nearTies: bound.nearTies ?? policy.nearTies,
    maxLogprobFailureRate: bound.maxLogprobFailureRate ?? null,
  };
}

/** Empty where the policy has no bound. */
export function driftBoundOf(policy: Policy, place: Place): DriftBound {
  return merged(policy.drift, place);
}

export function leakageBoundOf(policy: Policy, place: Place): { maxFailureRate: number; maxCanaryRate: number } {
  const bound = merged(policy.leakage, place);
  return {
    maxFailureRate: bound.maxFailureRate ?? policy.maxFailureRate,
    maxCanaryRate: bound.maxCanaryRate ?? policy.maxCanaryRate,
  };
}

/** Whether a key of a policy speaks of a place. */
export function keyMatches(key: string, place: Place): boolean {
  return keysOf(place).includes(key);
}

/** Axis and level that a key names; the level is `*` when it names none. */
export function placeOfKey(key: string): Place {
  const at = key.lastIndexOf(':');
  return at === -1 ? { axis: key, level: '*' } : { axis: key.slice(0, at), level: key.slice(at + 1) };
}

/** Least exact first. */
function keysOf({ axis, level }: Place): string[] {
  const first = axis.split('/', 1)[0];
  const axes = first === axis ? [axis] : [first, axis];
  return ['*', ...axes, ...axes.map((one) => `${one}:${level}`)];
}

function merged<Bound extends object>(bounds: Readonly<Record<string, Bound>>, place: Place): Bound {
  const found = keysOf(place).flatMap((key) => (Object.hasOwn(bounds, key) ? [bounds[key]] : []));
  return Object.assign({}, ...found.map(withoutAbsent)) as Bound;
}

/** A key that is there and undefined must not hide a less exact value. */
function withoutAbsent(bound: object): object {
  return Object.fromEntries(Object.entries(bound).filter(([, value]) => value !== undefined));
}
