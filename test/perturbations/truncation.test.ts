import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { truncation } from '../../perturbations/index.ts';
import { longCases, runPerturbation } from '../support/perturbation-run.ts';
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

  it('wants the target to read as many tokens as were sent, at every cut: one that cuts again answers another prompt', () => {
    const [, { level }] = expand(truncation, inputOf(truncation, [ten]));
    expect(truncation.evidenceProblem(level, { promptCountsDiffer: 0 })).toBeNull();
    expect(truncation.evidenceProblem(level, { promptCountsDiffer: 2 })).toContain('of 2 requests otherwise');
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

  it('asks the target for the same cut: the whole prompt, and how many last tokens to keep', () => {
    const input = inputOf(truncation, [ten], { keepShare: [0.55], sides: ['head', 'tail'], byTarget: true });
    const sent = expand(truncation, input).map(({ level, job }) => {
      const [request] = requestsOf(job);
      return [level.id, level.reference, level.promise, promptOf(request), request.truncateTo];
    });
    expect(sent).toEqual([
      ['none', null, 'drift', '0123456789', undefined],
      ['head-55', 'none', 'drift', '56789', undefined],
      ['target-head-55', 'head-55', 'bit-equal', '0123456789', 5],
      ['tail-55', 'none', 'drift', '01234', undefined],
    ]);
  });

  it('wants proof that the target cut, and to the number that it was asked for', () => {
    const input = inputOf(truncation, [ten], { keepShare: [0.55], sides: ['head'], byTarget: true });
    const [, , { level }] = expand(truncation, input);
    expect(truncation.evidenceProblem(level, { promptCountsDiffer: 0, truncatedPrompts: 1 })).toBeNull();
    expect(truncation.evidenceProblem(level, { promptCountsDiffer: 0, truncatedPrompts: 0 })).toContain('cut a prompt');
    expect(truncation.evidenceProblem(level, { promptCountsDiffer: 1, truncatedPrompts: 1 })).toContain(
      'asked to keep',
    );
  });

  it('keeps bits when the engine cuts; positive control: finds one that keeps half', async () => {
    const options = { sides: ['head'], keepQuery: false, byTarget: true };
    const change = { cases: longCases(2) };
    const byTarget = ({ axis }: { axis: string }): boolean => axis === 'truncation/by-target';
    const right = await runPerturbation(truncation, options, change);
    expect(right.determinism.filter(byTarget)).toMatchObject([{ bits: { equal: 2, n: 2 }, evidenceProblem: null }]);
    const wrong = await runPerturbation(truncation, options, { ...change, benchFault: 'truncate-head' });
    expect(wrong.determinism.filter(byTarget)).toMatchObject([{ bits: { equal: 0, n: 2 } }]);
  }, 60_000);
});
