/**
 * Tables of what was run: units, levels, and the counters that prove that a level's path ran.
 * @module
 */
import type { Unit } from '../../harness/schema/index.ts';
import { integer, number, nullable, text, type ColumnOf } from './column.ts';
import { declareTable, observedLevels, type ExportUnit, type ObservedLevel } from './table.ts';

interface UnitRow {
  readonly runId: string;
  readonly position: number;
  readonly unit: Unit;
  /** Undefined = the log has no line of it. */
  readonly logged: ExportUnit | undefined;
}

export const unitTable = declareTable<UnitRow>({
  name: 'units',
  row: 'One unit of the plan: everything that stayed on one endpoint together.',
  needsFindings: false,
  columns: [
    text('run_id', 'The run.', ({ runId }) => runId),
    text('unit_id', 'The unit, a hash over all that defines the measurement.', ({ unit }) => unit.id),
    integer('position', '', 'Place in the plan, from 0.', ({ position }) => position),
    text('perturbation', 'What was varied.', ({ unit }) => unit.perturbation),
    text('case_ids', 'Its cases, separated by spaces.', ({ unit }) => unit.caseIds.join(' ')),
    integer('levels', '', 'Levels that it compares, the control included.', ({ unit }) => unit.levels.length),
    integer('planned_requests', 'requests', 'Requests that were planned.', ({ unit }) => unit.cost.requests),
    integer('planned_tokens', 'tokens', 'Tokens that were estimated for them.', ({ unit }) => unit.cost.tokens),
    text(
      'status',
      'ok, error, unsupported, or missing (nothing in the log).',
      ({ logged }) => logged?.status ?? 'missing',
    ),
    nullable(text('why', 'Why it is not ok.', ({ logged }) => logged?.why ?? null)),
    nullable(integer('lane', '', 'The worker that ran it.', ({ logged }) => logged?.lane ?? null)),
    nullable(integer('attempts', '', 'Tries of the whole unit.', ({ logged }) => logged?.attempts ?? null)),
    nullable(number('duration_ms', 'ms', 'All tries together.', ({ logged }) => logged?.durationMs ?? null)),
    nullable(
      text(
        'cached_from',
        'The earlier run that measured it; null = this run did.',
        ({ logged }) => logged?.cachedFrom ?? null,
      ),
    ),
  ],
  *rows({ manifest, plan, units }) {
    const byId = new Map(units.map((logged) => [logged.unitId, logged]));
    for (const [position, unit] of plan.units.entries())
      yield { runId: manifest.runId, position, unit, logged: byId.get(unit.id) };
  },
});

/** The place of a level, first in every table about one. */
export const placeColumns = <Row extends ObservedLevel>(): ColumnOf<Row>[] => [
  text('run_id', 'The run.', ({ manifest }) => manifest.runId),
  text('unit_id', 'The unit in the plan.', ({ unit }) => unit.id),
  text('perturbation', 'What was varied.', ({ unit }) => unit.perturbation),
  text('axis', 'The variation within the perturbation.', ({ level }) => level.axis),
  text('level', 'Id of the level; `none` is the control.', ({ level }) => level.id),
];

export const levelTable = declareTable<ObservedLevel>({
  name: 'levels',
  row: 'One level of a unit as it was observed.',
  needsFindings: false,
  columns: [
    ...placeColumns(),
    text('label', 'The level in words.', ({ level }) => level.label),
    nullable(
      text('reference', 'The level that it is compared with; null = a control.', ({ level }) => level.reference),
    ),
    text('promise', 'What is owed there: bit-equal, content-independent, or drift.', ({ level }) => level.promise),
    integer('requests', 'requests', 'Requests of the level.', ({ observed }) => observed.requests.length),
    integer(
      'probes',
      'requests',
      'Of which compared; the others share the batch.',
      ({ observed }) => observed.requests.filter(({ role }) => role === 'probe').length,
    ),
    integer('output_tokens', 'tokens', 'Produced tokens with an id, of all requests.', ({ observed }) =>
      observed.requests.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0),
    ),
  ],
  rows: observedLevels,
});

interface CounterRow extends ObservedLevel {
  readonly counter: string;
  readonly value: number;
}

export const counterTable = declareTable<CounterRow>({
  name: 'counters',
  row: 'One counter of a level of a unit: the proof that its path ran.',
  needsFindings: false,
  columns: [
    ...placeColumns<CounterRow>(),
    text('counter', 'Name of the counter.', ({ counter }) => counter),
    number('value', '', 'What it counted at this level.', ({ value }) => value),
  ],
  *rows(source) {
    for (const level of observedLevels(source))
      for (const counter of Object.keys(level.observed.counters).sort())
        yield { ...level, counter, value: level.observed.counters[counter] };
  },
});
