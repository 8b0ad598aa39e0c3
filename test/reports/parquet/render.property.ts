import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { renderParquet } from '../../../reports/parquet/index.ts';
import type { Value } from '../../../reports/tables/index.ts';
import { createSource, record, tableOfValues } from '../../support/export-tables.ts';

const COLUMNS = ['key', 'text', 'integer', 'number', 'boolean', 'timestamp'] as const;

function parquet(records: Iterable<readonly Value[]>, groupRows?: number): ArrayBuffer {
  const options = groupRows === undefined ? {} : { groupRows };
  const bytes = Buffer.concat([...renderParquet(tableOfValues(records), createSource(), options)]);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

/** As a Parquet reader gives them: integers are 64 bits, timestamps dates. */
const wantedOf = (values: readonly Value[]): unknown[] => [
  values[0],
  values[1],
  values[2] === null ? null : BigInt(values[2]),
  values[3],
  values[4],
  values[5] === null ? null : new Date(String(values[5])),
];

describe('Parquet', () => {
  it('reads back as the values that were written, nulls and hostile texts included, in any number of row groups', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record), fc.integer({ min: 1, max: 7 }), async (records, groupRows) => {
        const file = parquet(records, groupRows);
        expect(parquetMetadata(file).row_groups).toHaveLength(Math.ceil(records.length / groupRows));
        const rows = records.length === 0 ? [] : await parquetReadObjects({ file });
        const read = rows.map((row) => COLUMNS.map((name) => (row[name] ?? null) as unknown));
        expect(read).toEqual(records.map(wantedOf));
      }),
      { examples: [[[['=1', '', 0, 0, false, '1970-01-01T00:00:00.000Z']], 1]] },
    );
  });

  it('has the types, the units and the meanings of the declaration', () => {
    const { schema, key_value_metadata: pairs } = parquetMetadata(parquet([]));
    expect(
      schema
        .slice(1)
        .map(({ name, type, converted_type: converted, repetition_type: repetition }) => [
          name,
          type,
          converted,
          repetition,
        ]),
    ).toEqual([
      ['key', 'BYTE_ARRAY', 'UTF8', 'REQUIRED'],
      ['text', 'BYTE_ARRAY', 'UTF8', 'OPTIONAL'],
      ['integer', 'INT64', undefined, 'OPTIONAL'],
      ['number', 'DOUBLE', undefined, 'OPTIONAL'],
      ['boolean', 'BOOLEAN', undefined, 'OPTIONAL'],
      ['timestamp', 'INT64', 'TIMESTAMP_MILLIS', 'OPTIONAL'],
    ]);
    const metadata = Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value]));
    expect(metadata).toMatchObject({ 'evenkeel.table': 'made-up', 'evenkeel.run': 'run-1' });
    expect(JSON.parse(metadata['evenkeel.columns'] ?? '')).toMatchObject({ key: { meaning: 'A text.' } });
  });

  it('is written while the rows come: no more than one row group is waiting', () => {
    let given = 0;
    function* records(): Generator<readonly Value[]> {
      for (; given < 100; given++) yield [`row ${given}`, null, given, null, null, null];
    }
    const pieces = renderParquet(tableOfValues(records()), createSource(), { groupRows: 10 });
    pieces.next();
    expect(given).toBe(9);
    pieces.next();
    expect(given).toBe(19);
  });

  it('ends a row group early when its texts are long', () => {
    const long = 'x'.repeat(6 * 1024 * 1024);
    const file = parquet(Array.from({ length: 6 }, (): Value[] => [long, null, null, null, null, null]));
    expect(parquetMetadata(file).row_groups.map(({ num_rows: rows }) => Number(rows))).toEqual([3, 3]);
  });
});
