/**
 * The first op that differs, from trace fingerprints: the diverging pair of levels is run once more with a tap, the request that
 * differs is looked at alone.
 * @module
 */
import { createFingerprintTap, firstDifference, type OpFingerprint } from '../../../engine/index.ts';
import type { Level, Observation, RequestObservation, Unit } from '../../schema/index.ts';
import type { Measurement } from '../../measure/index.ts';

export interface Diverging {
  readonly unit: Unit;
  readonly level: Level;
  readonly reference: Level;
  readonly requestId: string;
}

/** The first pair of probes that differs within a measurement, in plan order; null = none. */
export function divergingPair({ plan, observations }: Pick<Measurement, 'plan' | 'observations'>): Diverging | null {
  const byUnit = new Map(observations.map((one) => [one.unitId, one]));
  for (const unit of plan.units) {
    const observation = byUnit.get(unit.id);
    if (observation?.status !== 'ok') continue;
    for (const level of unit.levels) {
      const reference = unit.levels.find(({ id }) => id === level.reference);
      if (reference === undefined || level.promise === 'drift') continue;
      const requestId = differingRequest(requestsOf(observation, level), requestsOf(observation, reference));
      if (requestId !== null) return { unit, level, reference, requestId };
    }
  }
  return null;
}

/** The first probe that differs from another measurement of the same plan. */
export function divergingFrom(head: Measurement, base: Measurement): Diverging | null {
  for (const [index, unit] of head.plan.units.entries())
    for (const level of unit.levels) {
      const pair = [head, base].map(({ observations }) => requestsOf(observations[index], level));
      const requestId = differingRequest(pair[0], pair[1]);
      if (requestId !== null) return { unit, level, reference: level, requestId };
    }
  return null;
}

const requestsOf = (observation: Observation, { id }: Level): readonly RequestObservation[] =>
  observation.levels.find(({ levelId }) => levelId === id)?.requests ?? [];

function differingRequest(
  requests: readonly RequestObservation[],
  reference: readonly RequestObservation[],
): string | null {
  const counterparts = new Map(reference.map((request) => [request.requestId, request]));
  const found = requests.find((request) => {
    const other = counterparts.get(request.requestId);
    return request.role === 'probe' && other?.role === 'probe' && digestOf(request) !== digestOf(other);
  });
  return found?.requestId ?? null;
}

const digestOf = ({ stepSha256, promptLogitsSha256, tokenIds }: RequestObservation): string =>
  [...stepSha256, promptLogitsSha256 ?? '', ...tokenIds].join(' ');

/** Runs a level and gives the fingerprints of one request. @param run - runs it with a tap */
export async function fingerprintsOf(
  requestId: string,
  run: (tap: ReturnType<typeof createFingerprintTap>['tap']) => Promise<unknown>,
): Promise<OpFingerprint[]> {
  const { tap, fingerprints } = createFingerprintTap();
  await run(tap);
  const own = fingerprints.filter(({ request }) => request === requestId);
  // of a position that was computed twice (a rejected draft, a replay) the last one stands
  const last = new Map(own.map((one, at) => [`${one.op}@${one.position}`, at]));
  return own.filter((one, at) => last.get(`${one.op}@${one.position}`) === at);
}

/** The first op of `level` that is otherwise in `reference`. */
export function firstOp(level: readonly OpFingerprint[], reference: readonly OpFingerprint[]): string | null {
  return firstDifference(level, reference)?.op ?? null;
}
