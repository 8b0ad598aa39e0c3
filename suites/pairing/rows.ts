/**
 * Rows: the levels of a plan that become one row of a report, with the requests to compare.
 *
 * A row is one (perturbation, axis, level, promise), in the order in which the plan names it first. Rows come from the plan
 * and not from the observations: a level that nobody observed is a row with nothing in it, never a row that is missing.
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

export interface Row {
  readonly perturbation: string;
  readonly axis: string;
  readonly level: string;
  readonly label: string;
  readonly promise: LevelPromise;
  /** Observed units, in plan order. */
  readonly members: readonly RowMember[];
  /** What a unit with status ok should have held and did not, in words. */
  readonly gaps: readonly string[];
}

interface OpenRow extends Row {
  readonly members: RowMember[];
  readonly gaps: string[];
}

/** All rows with a reference level that `wanted` accepts. */
export function rowsOf(input: Pick<SuiteInput, 'plan' | 'observations'>, wanted: (level: Level) => boolean): Row[] {
  const observations = new Map(
    [...input.observations].filter(({ status }) => status === 'ok').map((o) => [o.unitId, o]),
  );
  const rows = new Map<string, OpenRow>();
  for (const unit of input.plan.units) {
    for (const level of unit.levels) {
      if (level.reference === null || !wanted(level)) continue;
      const row = openRow(rows, unit, level);
      const observation = observations.get(unit.id);
      if (observation !== undefined) addMember(row, unit, level, observation);
    }
  }
  return [...rows.values()];
}

/** Every pair of a row, in plan order. */
export function pairsOf(row: Row): RequestPair[] {
  return row.members.flatMap(({ pairs }) => pairs);
}

/** The fields that all rows of all reports begin with. */
export function rowKey(row: Row): Pick<Row, 'perturbation' | 'axis' | 'level' | 'label' | 'promise'> {
  const { perturbation, axis, level, label, promise } = row;
  return { perturbation, axis, level, label, promise };
}

function openRow(rows: Map<string, OpenRow>, unit: Unit, level: Level): OpenRow {
  const key = JSON.stringify([unit.perturbation, level.axis, level.id, level.promise]);
  const known = rows.get(key);
  if (known !== undefined) return known;
  const row: OpenRow = {
    perturbation: unit.perturbation,
    axis: level.axis,
    level: level.id,
    label: level.label,
    promise: level.promise,
    members: [],
    gaps: [],
  };
  rows.set(key, row);
  return row;
}

function addMember(row: OpenRow, unit: Unit, level: Level, observation: Observation): void {
  const find = (id: string | null): LevelObservation | undefined =>
    observation.levels.find(({ levelId }) => levelId === id);
  const observed = find(level.id);
  const reference = find(level.reference);
  if (observed === undefined || reference === undefined) {
    row.gaps.push(`unit ${unit.id} holds no level ${observed === undefined ? level.id : level.reference}`);
    return;
  }
  const counterparts = new Map(probesOf(reference).map((request) => [request.requestId, request]));
  const pairs: RequestPair[] = [];
  for (const request of probesOf(observed)) {
    const counterpart = counterparts.get(request.requestId);
    if (counterpart === undefined) {
      row.gaps.push(`unit ${unit.id}: request ${request.requestId} has no counterpart at level ${level.reference}`);
      continue;
    }
    const { requestId, caseId } = request;
    pairs.push({ unitId: unit.id, caseId, requestId, reference: counterpart, level: request });
  }
  row.members.push({ unit, level, reference, observed, pairs });
}

const probesOf = (level: LevelObservation): RequestObservation[] =>
  level.requests.filter(({ role }) => role === 'probe');
