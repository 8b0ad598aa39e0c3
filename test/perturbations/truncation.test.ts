import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { truncation } from '../../perturbations/index.ts';
import {
  byteTokenizer,
  expand,
  inputOf,
  pairTokenizer,
  promptOf,
  promptTokens,
  requestsOf,
  sampleCase,
} from '../support/perturbation-sample.ts';

const ten = sampleCase('ten', ['context', '0123456789']);
const asked = sampleCase('asked', ['context', 'abcdefghijkl'], ['query', 'Q: x?'], ['exemplar', '!']);

const cuts = (testCase: typeof ten, options: object): Record<string, string> =>
  Object.fromEntries(
    expand(truncation, inputOf(truncation, [testCase], options)).map(({ level, job }) => [
      level.id,
      promptOf(requestsOf(job)[0]),
    ]),
  );

describe('truncation', () => {
  it('removes the start, the end, or the middle, and keeps floor(share * tokens)', () => {
    expect(cuts(ten, { keepShare: [0.55, 0.3] })).toEqual({
      none: '0123456789',
      'head-55': '56789',
      'head-30': '789',
      'tail-55': '01234',
      'tail-30': '012',
      'middle-55': '01289',
      'middle-30': '019',
    });
  });

  it('never cuts the last query nor what follows it', () => {
    // 20 bytes, budget 14, query and what follows 7, so 7 of the first 13 stay.
    expect(cuts(asked, { keepShare: [0.7] })).toEqual({
      none: 'abcdefghijkl\nQ: x?\n!',
      'head-70': 'ghijkl\nQ: x?\n!',
      'tail-70': 'abcdefgQ: x?\n!',
      'middle-70': 'abcdkl\nQ: x?\n!',
    });
  });

  it('cuts the query too when told to', () => {
    expect(cuts(asked, { keepShare: [0.5], sides: ['tail'], keepQuery: false })['tail-50']).toBe('abcdefghij');
  });

  it('keeps the query whole when the budget is smaller, and the evidence says so', () => {
    const [, { level, job }] = expand(truncation, inputOf(truncation, [asked], { keepShare: [0.2], sides: ['head'] }));
    expect(promptOf(requestsOf(job)[0])).toBe('Q: x?\n!');
    expect(truncation.evidenceProblem(level, {})).toMatch(/kept whole/);
    const [, wide] = expand(truncation, inputOf(truncation, [asked], { keepShare: [0.7], sides: ['head'] }));
    expect(truncation.evidenceProblem(wide.level, {})).toBeNull();
  });

  it('names shares in percent with up to two decimals', () => {
    const [cell] = truncation.cells(inputOf(truncation, [ten], { keepShare: [0.125, 0.9], sides: ['tail'] }));
    expect(cell.levels.map((level) => level.id)).toEqual(['none', 'tail-12.5', 'tail-90']);
  });

  it('has no cell where nothing can be cut', () => {
    expect(truncation.cells(inputOf(truncation, [sampleCase('bare', ['query', 'Only a query'])]))).toEqual([]);
    expect(truncation.cells(inputOf(truncation, [sampleCase('dot', ['context', '.'])]))).toEqual([]);
  });

  it('keeps the query with a tokenizer that merges over its border', () => {
    for (const { job } of expand(truncation, inputOf(truncation, [asked], { keepShare: [0.4] }, pairTokenizer))) {
      expect(promptOf(requestsOf(job)[0], pairTokenizer)).toMatch(/Q: x\?\n!$/);
    }
  });

  it('keeps within the budget, in order, unless the query alone is larger', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40 }),
        fc.string({ minLength: 1, maxLength: 10 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.constantFrom('head' as const, 'tail' as const, 'middle' as const),
        (context, query, share, side) => {
          const testCase = sampleCase('any', ['context', context], ['query', query]);
          const [control, cut] = expand(
            truncation,
            inputOf(truncation, [testCase], { keepShare: [share], sides: [side] }),
          );
          if (cut === undefined) return;
          const whole = promptTokens(requestsOf(control.job)[0]);
          const kept = promptTokens(requestsOf(cut.job)[0]);
          const tail = byteTokenizer.encode(query);
          expect(kept.length).toBe(Math.max(tail.length, Math.floor(share * whole.length), 1));
          expect(kept.slice(kept.length - tail.length)).toEqual(tail);
          let at = 0;
          for (const token of whole) if (at < kept.length && token === kept[at]) at++;
          expect(at).toBe(kept.length);
        },
      ),
    );
  });
});
