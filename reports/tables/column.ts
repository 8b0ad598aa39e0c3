/**
 * Columns of an exported table: one declaration gives the CSV header, the Parquet schema and the page of the documentation.
 *
 * A value is null where there is none: "not measured" and "not supported" are null and never zero, and a column beside it says which.
 * @module
 */

export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'timestamp';
/** A timestamp is its text in ISO 8601, UTC; an integer is safe (below 2^53). */
export type Value = string | number | boolean | null;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Of a number: `ms`, `nats`, `share` (0..1), `tokens` ...; empty where it has none. */
  readonly unit: string;
  readonly nullable: boolean;
  /** For a reader who has not seen the program. */
  readonly meaning: string;
  /** Holds prompts or outputs of a model: exported only when it is asked for. */
  readonly isOutput: boolean;
}

/** A column with where its value comes from. */
export interface ColumnOf<Row> extends Column {
  readonly of: (row: Row) => Value;
}

type Getter<Row, Kind> = (row: Row) => Kind | null;

const columnOf = <Row>(
  [name, type, unit]: readonly [string, ColumnType, string],
  meaning: string,
  of: (row: Row) => Value,
): ColumnOf<Row> => ({ name, type, unit, nullable: false, meaning, isOutput: false, of });

export const text = <Row>(name: string, meaning: string, of: Getter<Row, string>): ColumnOf<Row> =>
  columnOf([name, 'text', ''], meaning, of);

export const timestamp = <Row>(name: string, meaning: string, of: Getter<Row, string>): ColumnOf<Row> =>
  columnOf([name, 'timestamp', ''], meaning, of);

export const flag = <Row>(name: string, meaning: string, of: Getter<Row, boolean>): ColumnOf<Row> =>
  columnOf([name, 'boolean', ''], meaning, of);

export const integer = <Row>(name: string, unit: string, meaning: string, of: Getter<Row, number>): ColumnOf<Row> =>
  columnOf([name, 'integer', unit], meaning, of);

export const number = <Row>(name: string, unit: string, meaning: string, of: Getter<Row, number>): ColumnOf<Row> =>
  columnOf([name, 'number', unit], meaning, of);

/** The same column where a row may have no value. */
export const nullable = <Row>(column: ColumnOf<Row>): ColumnOf<Row> => ({ ...column, nullable: true });

/** The same column, exported only when outputs are asked for. */
export const output = <Row>(column: ColumnOf<Row>): ColumnOf<Row> => ({ ...column, isOutput: true });
