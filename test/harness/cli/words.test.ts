import { describe, expect, it } from 'vitest';
import { commandText, counted, durationText, oneLine, tableText } from '../../../harness/cli/words.ts';

describe('words for people', () => {
  it.each([
    [0, '0.0 s'],
    [840, '0.8 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_400, '59 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('%i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('counts', () => {
    expect([counted(0, 'unit'), counted(1, 'unit'), counted(2, 'unit')]).toEqual(['0 units', '1 unit', '2 units']);
  });

  it('aligns text to the left and numbers to the right, without spaces at the end', () => {
    expect(
      tableText(
        ['name', 'n'],
        [
          ['a', 5],
          ['long name', 12],
        ],
      ),
    ).toBe('name        n\na           5\nlong name  12\n');
    expect(tableText(['a', 'b'], [])).toBe('a  b\n');
  });

  it('quotes for a shell', () => {
    expect(commandText(['evenkeel', 'run', '--seed', "it's a seed", '-c', 'a/b.ts'])).toBe(
      "evenkeel run --seed 'it'\\''s a seed' -c a/b.ts",
    );
  });

  it('keeps a terminal safe from what a model wrote', () => {
    expect(oneLine('a\u001b[31mb\n\u202ec')).toBe('a [31mb c');
  });
});
