import { describe, expect, it } from 'vitest';
import { DATA_DICTIONARY, dataDictionaryText } from '../../../harness/audit/index.ts';
import { cacheTimingRow, determinismRow, driftRow, leakageRow, recordSchemas } from '../../../harness/schema/index.ts';

const schemas: Readonly<Record<string, { readonly shape: object }>> = {
  ...recordSchemas,
  cacheTimingRow,
  determinismRow,
  driftRow,
  leakageRow,
};

describe('the data dictionary', () => {
  it.each(Object.keys(DATA_DICTIONARY))('explains every field of %s, and no other', (name) => {
    expect(Object.keys(DATA_DICTIONARY[name].fields).sort()).toEqual(Object.keys(schemas[name].shape).sort());
  });

  it('is a page with a table for each record', () => {
    const text = dataDictionaryText();
    expect(text.match(/^## /gm)).toHaveLength(Object.keys(DATA_DICTIONARY).length);
    expect(text).toContain('| `klNatsMean` |');
  });
});
