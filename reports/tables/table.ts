/**
 * Tables of an export: rows made one at a time from the records of a run, so that a table takes the memory of one unit.
 * @module
 */
import { DataError } from '../../harness/ports/index.ts';
import type { Findings, Level, Manifest, Observation, Plan, Unit, Verdict } from '../../harness/schema/index.ts';
import type { UnitSummary } from '../view-model/index.ts';
import type { Column, ColumnOf, Value } from './column.ts';

/** What tables are made from. */
export interface ExportSource {
  readonly manifest: Manifest;
  readonly plan: Plan;
  /** Units that have a line in the log, in plan order. */
  readonly units: readonly ExportUnit[];
  /** The usable observations in plan order; asked for again by each table. */
  readonly observations: Iterable<Observation>;
  /** Null where no table that is asked for has `needsFindings`. */
  readonly findings: Findings | null;
  /** Null for a shard, which nobody judges, and where `findings` is. */
  readonly verdict: Verdict | null;
}

export interface ExportUnit extends UnitSummary {
  /** Why it is not ok. */
  readonly why: string | null;
}

export interface Table {
  readonly name: string;
  /** What a row is. */
  readonly row: string;
  readonly needsFindings: boolean;
  readonly columns: readonly Column[];
  /** Values in the order of the columns. */
  readonly records: (source: ExportSource) => Iterable<readonly Value[]>;
}

export interface TableDeclaration<Row> {
  readonly name: string;
  readonly row: string;
  readonly needsFindings: boolean;
  readonly columns: readonly ColumnOf<Row>[];
  readonly rows: (source: ExportSource) => Iterable<Row>;
}

/** A table whose rows have forgotten their type. */
export interface DeclaredTable extends Table {
  /** The table as it is exported: without outputs unless they are asked for. */
  readonly select: (options: { readonly withOutputs: boolean }) => Table;
}

export function declareTable<Row>({ name, row, needsFindings, columns, rows }: TableDeclaration<Row>): DeclaredTable {
  const tableOf = (chosen: readonly ColumnOf<Row>[]): Table => ({
    name,
    row,
    needsFindings,
    columns: chosen,
    *records(source) {
      for (const one of rows(source)) yield chosen.map(({ of }) => of(one));
    },
  });
  return {
    ...tableOf(columns),
    select: ({ withOutputs }) => tableOf(columns.filter(({ isOutput }) => withOutputs || !isOutput)),
  };
}

/** A level as it was observed, beside its place in the plan. */
export interface ObservedLevel {
  readonly manifest: Manifest;
  readonly unit: Unit;
  readonly level: Level;
  readonly observation: Observation;
  readonly observed: Observation['levels'][number];
}

/** @throws DataError when an observation has a level that its unit has not */
export function* observedLevels({ manifest, plan, observations }: ExportSource): Generator<ObservedLevel> {
  const units = new Map(plan.units.map((unit) => [unit.id, unit]));
  for (const observation of observations) {
    const unit = units.get(observation.unitId);
    for (const observed of observation.levels) {
      const level = unit?.levels.find(({ id }) => id === observed.levelId);
      if (unit === undefined || level === undefined)
        throw new DataError({
          code: 'DATA_UNKNOWN_LEVEL',
          at: `unit ${observation.unitId}`,
          expected: 'a level of this unit in plan.json',
          got: JSON.stringify(observed.levelId),
          hint: 'The log is of another run, or was edited.',
        });
      yield { manifest, unit, level, observation, observed };
    }
  }
}
