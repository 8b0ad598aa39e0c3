import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FILTER_KEYS, filterRows, parseFilter, STATUS_WORDS, termText } from '../../../../reports/html/page/filter.ts';
import { unitIdAt, unitTableOf } from '../../../../reports/html/page/unit-table.ts';
import type { UnitIndex } from '../../../../reports/unit-index.ts';
import { packExplorerRun, unitId } from '../../../support/explorer-run.ts';

const packed = packExplorerRun(300).index;
const table = unitTableOf(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) as UnitIndex);

function parsed(text: string) {
  const filter = parseFilter(text);
  if (filter.kind === 'problem') throw new Error(filter.message);
  return filter.terms;
}

/** `axis level status result` of each row that matches. */
function matching(text: string): string[] {
  const { matching: mask } = filterRows(parsed(text), table);
  return [...mask.keys()].flatMap((row) => {
    const { axis, level } = table.levels[table.rowLevel[row]];
    const { status, result } = table.index.rows;
    return mask[row] === 1 ? [`${axis} ${level} ${status[row]} ${result[row]}`] : [];
  });
}
const distinct = (text: string): string[] => [...new Set(matching(text))].sort();
const problemOf = (text: string): string => {
  const filter = parseFilter(text);
  return filter.kind === 'problem' ? filter.message : '';
};

describe('a filter', () => {
  it('is read as terms with keys, quotes and exclusion', () => {
    expect(parsed('axis:precision level:bf16 case:"two words" status:differs !status:pass "free text" word')).toEqual([
      { key: 'axis', value: 'precision', negated: false },
      { key: 'level', value: 'bf16', negated: false },
      { key: 'case', value: 'two words', negated: false },
      { key: 'status', value: 'differs', negated: false },
      { key: 'status', value: 'pass', negated: true },
      { key: null, value: 'free text', negated: false },
      { key: null, value: 'word', negated: false },
    ]);
  });

  it('takes a colon inside of quotes for text', () => {
    expect(parsed('"batch: four"')).toEqual([{ key: null, value: 'batch: four', negated: false }]);
  });

  it.each([
    ['foo:1', '"foo" is no key. Keys: status, axis, level'],
    ['status:fial', '"fial" is no status. Statuses: fail, error'],
    ['"open', 'The quote at character 1 is not closed'],
    ['axis:', '"axis:" needs a value'],
    ['!', '"!" excludes what follows it'],
    ['ms:slow', '"ms:" needs a number, for example ms:>2000; got "slow"'],
    ['constructor:x', '"constructor" is no key'],
  ])('%j is refused with what to do', (text, message) => {
    expect(problemOf(text)).toContain(message);
  });

  it('without a term matches every row', () => {
    expect(matching('  ')).toHaveLength(table.rowCount);
  });

  it('finds an axis by its name and by its first part', () => {
    // the last but one unit is one of `precision`, and not supported
    expect(distinct('axis:precision')).toEqual(
      ['bf16', 'w8a8'].flatMap((level) => ['e -', 'm d', 'u -'].map((rest) => `precision ${level} ${rest}`)),
    );
    expect(matching('axis:batch-size')).toEqual(matching('axis:batch-size/ragged'));
    expect(matching('axis:batch')).toEqual([]);
  });

  it('takes several values of one key as alternatives, and several keys together', () => {
    expect(matching('level:bf16 level:w8a8').length).toBe(
      matching('level:bf16').length + matching('level:w8a8').length,
    );
    expect(distinct('level:bf16 level:w8a8 status:error')).toEqual(['precision bf16 e -', 'precision w8a8 e -']);
  });

  it('excludes', () => {
    expect(matching('!status:pass').length).toBe(table.rowCount - matching('status:pass').length);
    expect(distinct('axis:precision !level:bf16 !status:error !status:unsupported')).toEqual(['precision w8a8 m d']);
  });

  it('takes * for any text, and nothing else as a pattern', () => {
    expect(matching('level:size-*')).toEqual(matching('axis:batch-size'));
    expect(matching('level:*8*ragged')).toEqual(matching('level:size-8-ragged'));
    expect(matching('level:size-.*')).toEqual([]);
    // pieces may not lie over each other
    expect(matching('level:bf1*f16')).toEqual([]);
  });

  it('finds a unit by its id, and numbers by comparison', () => {
    expect(matching(`unit:${unitId(3)}`)).toHaveLength(2);
    expect(matching(`unit:${unitId(3).slice(0, 10)}*`)).toHaveLength(2);
    expect(matching('attempts:>1')).toEqual(matching('attempts:2'));
    expect(matching('attempts:>1').length).toBeGreaterThan(0);
    expect(matching('ms:>=30').length).toBeGreaterThan(matching('ms:>100').length);
    expect(matching('worker:0').length + matching('worker:1').length).toBe(table.rowCount - 1);
    expect(matching('first:2')).toEqual(matching('status:differs'));
    // no first difference is no small number
    expect(matching('first:<1')).toEqual([]);
  });

  it('finds words in labels, cases and errors, in any letter case', () => {
    expect(matching('BFLOAT16')).toEqual(matching('level:bf16'));
    expect(matching('"endpoint was gone"')).toEqual(matching('status:error'));
    expect(matching('math').length).toBeGreaterThan(0);
    expect(matching('math')).toEqual(matching('case:math'));
  });

  it('counts for the chips as if no status were asked for', () => {
    const { withoutStatus } = filterRows(parsed('axis:precision status:error'), table);
    expect(withoutStatus).toEqual(filterRows(parsed('axis:precision'), table).matching);
  });

  it('knows each key and each word that its help names', () => {
    for (const { example } of FILTER_KEYS) expect(problemOf(example)).toBe('');
    for (const { word } of STATUS_WORDS) expect(problemOf(`status:${word}`)).toBe('');
    const all = STATUS_WORDS.filter(({ of }) => of === 'status').map(({ word }) => matching(`status:${word}`).length);
    expect(all.reduce((total, count) => total + count, 0)).toBe(table.rowCount);
  });

  it('is written so that it is read again as the same', () => {
    expect(parsed(termText('case', 'two words'))).toEqual([{ key: 'case', value: 'two words', negated: false }]);
    expect(parsed(termText('axis', 'batch-size/ragged'))).toEqual([
      { key: 'axis', value: 'batch-size/ragged', negated: false },
    ]);
  });
});

describe('a table of units', () => {
  it('gives rows their units in the order of the plan', () => {
    expect(unitIdAt(table, table.rowUnit[2])).toBe(unitId(1));
    expect(unitIdAt(table, table.rowUnit[table.rowCount - 1])).toBe(unitId(299));
  });
});
