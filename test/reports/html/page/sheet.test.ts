import { describe, expect, it } from 'vitest';
import { csvOf } from '../../../../reports/html/page/sheet.ts';

const csv = (...cells: string[]): string => csvOf({ name: 'x', columns: ['a'], rows: [cells] }).slice('a\r\n'.length);

describe('a table as CSV', () => {
  it('quotes what RFC 4180 asks to quote', () => {
    expect(csv('plain', 'a,b', 'say "x"', 'two\nlines')).toBe('plain,"a,b","say ""x""","two\nlines"\r\n');
  });

  it.each(['=1+1', '+cmd', '-cmd', '@sum', '\tx', ' =1+1', "'=1+1", '\uFF1D1+1'])(
    'puts an apostrophe before %j, which a spreadsheet would run',
    (text) => {
      expect(csv(text)).toBe(`'${text}\r\n`);
    },
  );

  it.each(['-0.5', '+3', '1e-4', '-2.38e-4'])('leaves the number %s a number', (text) => {
    expect(csv(text)).toBe(`${text}\r\n`);
  });
});
