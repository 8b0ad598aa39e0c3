/**
 * Rows: the levels of a plan that become one row of a report, filled one unit at a time.
 *
 * A row is one (perturbation, axis, level, promise), in the order in which the plan names it first. Rows come from the plan
 * and not from the observations: a level that nobody observed is a row with nothing in it, never a row that is missing.
 *
 * Invariant: a row keeps what it has counted, never an observation. A run of any size is analysed in the memory of its rows.
 * @module
 */
import type {
  Level,
  LevelObservation,
  LevelPromise,
  Observation,
  RequestObservation,
  SuiteInput,
  Unit,
} from '../../harness/schema/index.ts';

/** A probe and its counterpart at the reference level: equal request ids of one unit. */
export interface RequestPair {
  readonly unitId: string;
  readonly caseId: string;
  readonly requestId: string;
  readonly reference: RequestObservation;
  readonly level: RequestObservation;
}

/** One unit's part of a row. */
export interface RowMember {
  readonly unit: Unit;
  readonly level: Level;
  readonly reference: LevelObservation;
  readonly observed: LevelObservation;
  /** Probes in the order of the level's requests. */
  readonly pairs: readonly RequestPair[];
}

/** The fields that all rows of all reports begin with. */
export interface RowKey {
  readonly perturbation: string;
  readonly axis: string;
  readonly level: string;
  readonly label: string;
  readonly promise: LevelPromise;
}

/** A row while it is filled. */
export interface OpenRow<Row> {
  /** An observed unit; they come in plan order. */
  add(member: RowMember): void;
  /** What a unit with status ok should have held and did not, in words; before the unit itself, if it held the rest. */
  addGap(gap: string): void;
  close(): Row;
}

/**
 * All rows with a reference level that `wanted` accepts.
 *
 * @param open - called once per row, in the order of the rows
 */
export function fillRows<Row>(
  input: Pick<SuiteInput, 'plan' | 'observations'>,
  wanted: (level: Level) => boolean,
  open: (key: RowKey) => OpenRow<Row>,
): Row[] {
  const rows = new Map<string, OpenRow<Row>>();
  const usable = okOnly(input.observations);
  let next = usable.next();
  for (const unit of input.plan.units) {
    const observation = next.done !== true && next.value.unitId === unit.id ? next.value : null;
    for (const level of unit.levels) {
      if (level.reference === null || !wanted(level)) continue;
      const key = JSON.stringify([unit.perturbation, level.axis, level.id, level.promise]);
      let row = rows.get(key);
      if (row === undefined) rows.set(key, (row = open(rowKeyOf(unit, level))));
      if (observation !== null) addUnit(row, unit, level, observation);
    }
    if (observation !== null) next = usable.next();
  }
  if (next.done !== true)
    throw new RangeError(`rows: expected observations in plan order, got unit ${next.value.unitId} out of it`);
  return [...rows.values()].map((row) => row.close());
}

function* okOnly(observations: Iterable<Observation>): Generator<Observation> {
  for (const observation of observations) if (observation.status === 'ok') yield observation;
}

function rowKeyOf({ perturbation }: Unit, { axis, id, label, promise }: Level): RowKey {
  return { perturbation, axis, level: id, label, promise };
}

function addUnit(row: OpenRow<unknown>, unit: Unit, level: Level, observation: Observation): void {
  const { member, gaps } = memberOf(unit, level, observation);
  for (const gap of gaps) row.addGap(gap);
  if (member !== null) row.add(member);
}

/**
 * A unit's probes at a level with their counterparts at its reference.
 *
 * @returns what should have been there and is not, in words; a null member where one of the two levels is not there at all
 */
export function memberOf(
  unit: Unit,
  level: Level,
  observation: Observation,
): { readonly member: RowMember | null; readonly gaps: readonly string[] } {
  const find = (id: string | null): LevelObservation | undefined =>
    observation.levels.find(({ levelId }) => levelId === id);
  const observed = find(level.id);
  const reference = find(level.reference);
  if (observed === undefined || reference === undefined) {
    const absent = observed === undefined ? level.id : level.reference;
    return { member: null, gaps: [`unit ${unit.id} holds no level ${absent}`] };
  }
  const counterparts = new Map(probesOf(reference).map((request) => [request.requestId, request]));
  const pairs: RequestPair[] = [];
  const gaps: string[] = [];
  for (const request of probesOf(observed)) {
    const counterpart = counterparts.get(request.requestId);
    if (counterpart === undefined) {
      gaps.push(`unit ${unit.id}: request ${request.requestId} has no counterpart at level ${level.reference}`);
      continue;
    }
    const { requestId, caseId } = request;
    pairs.push({ unitId: unit.id, caseId, requestId, reference: counterpart, level: request });
  }
  return { member: { unit, level, reference, observed, pairs }, gaps };
}

const probesOf = (level: LevelObservation): RequestObservation[] =>
  level.requests.filter(({ role }) => role === 'probe');
