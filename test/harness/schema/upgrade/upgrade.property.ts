import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordSchemas, SCHEMA_VERSION, upgradeRecord, type RecordKind } from '../../../../harness/schema/index.ts';

const kinds = fc.constantFrom(...(Object.keys(recordSchemas) as RecordKind[]));
const versions = fc.integer({ min: 1, max: SCHEMA_VERSION });

describe('an upgrade', () => {
  it('gives a value for any JSON, changes nothing of its argument, and is itself of today', () => {
    fc.assert(
      fc.property(kinds, fc.dictionary(fc.string(), fc.jsonValue()), versions, (kind, rest, schemaVersion) => {
        const record = { ...rest, schemaVersion };
        const before = structuredClone(record);
        const once = upgradeRecord(kind, record);
        expect(record).toEqual(before);
        expect(once).toMatchObject({ kind: 'upgraded', value: { schemaVersion: SCHEMA_VERSION } });
        if (once.kind === 'upgraded') expect(upgradeRecord(kind, once.value)).toEqual(once);
      }),
    );
  });

  it('never throws, whatever the value is', () => {
    fc.assert(
      fc.property(kinds, fc.jsonValue(), (kind, value) => {
        expect(['upgraded', 'newer', 'unknown']).toContain(upgradeRecord(kind, value).kind);
      }),
    );
  });
});
