/**
 * A table as Parquet: the columns of the declaration as they are, a row group at a time.
 *
 * A row group ends at a number of rows or of characters, whichever comes first, so that memory does not grow with the run. The file's
 * own metadata holds the meaning and the unit of each column.
 * @module
 */
import { ByteWriter, ParquetWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer';
import type { Column, ExportSource, Table, Value } from '../tables/index.ts';

const GROUP_ROWS = 16_384;
const GROUP_CHARACTERS = 16 * 1024 * 1024;

export interface ParquetOptions {
  /** Rows of a row group at most. */
  readonly groupRows?: number;
}

/** Pieces of the file, in order. */
export function* renderParquet(
  table: Table,
  source: ExportSource,
  { groupRows = GROUP_ROWS }: ParquetOptions = {},
): Generator<Uint8Array> {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: table.columns.length }, ...table.columns.map(schemaOf)],
    kvMetadata: metadataOf(table, source),
    createdBy: 'evenkeel',
  });
  let columns = emptyColumns(table);
  let characters = 0;
  const take = (): Uint8Array => {
    const piece = bytes.getBytes().slice();
    // the place in the buffer; `offset`, the place in the file, goes on
    bytes.index = 0;
    return piece;
  };
  const writeGroup = (): Uint8Array => {
    const columnData = table.columns.map(({ name }, at): ColumnSource => ({
      name,
      data: columns[at],
      offsetIndex: false,
    }));
    // without a flush of its own the writer is synchronous
    void file.write({ columnData, rowGroupSize: groupRows });
    columns = emptyColumns(table);
    characters = 0;
    return take();
  };
  for (const values of table.records(source)) {
    for (const [at, value] of values.entries()) {
      columns[at].push(storedValue(value, table.columns[at]));
      if (typeof value === 'string') characters += value.length;
    }
    if (columns[0].length >= groupRows || characters >= GROUP_CHARACTERS) yield writeGroup();
  }
  if (columns[0].length > 0) yield writeGroup();
  void file.finish();
  yield take();
}

type Stored = string | number | bigint | boolean | Date | null;

const emptyColumns = ({ columns }: Table): Stored[][] => columns.map(() => []);

function storedValue(value: Value, { type }: Column): Stored {
  if (value === null) return null;
  if (type === 'integer') return BigInt(value);
  return type === 'timestamp' ? new Date(String(value)) : value;
}

function schemaOf({ name, type, nullable }: Column): SchemaElement {
  const repetition_type = nullable ? 'OPTIONAL' : 'REQUIRED';
  switch (type) {
    case 'text':
      return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type };
    case 'integer':
      return { name, type: 'INT64', repetition_type };
    case 'number':
      return { name, type: 'DOUBLE', repetition_type };
    case 'boolean':
      return { name, type: 'BOOLEAN', repetition_type };
    case 'timestamp':
      return { name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type };
  }
}

function metadataOf({ name, row, columns }: Table, { manifest }: ExportSource): { key: string; value: string }[] {
  const meanings = columns.map(({ name: column, unit, meaning }) => [
    column,
    unit === '' ? { meaning } : { unit, meaning },
  ]);
  return [
    { key: 'evenkeel.table', value: name },
    { key: 'evenkeel.row', value: row },
    { key: 'evenkeel.run', value: manifest.runId },
    { key: 'evenkeel.version', value: manifest.evenkeelVersion },
    { key: 'evenkeel.columns', value: JSON.stringify(Object.fromEntries(meanings)) },
  ];
}
