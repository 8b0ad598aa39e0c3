import { describe, expect, it } from 'vitest';
import { promptOrder } from '../../perturbations/index.ts';
import { expand, inputOf, promptOf, requestsOf, sampleCase, sampleCases } from '../support/perturbation-sample.ts';

const rules = sampleCase(
  'rules',
  ['instruction', 'Go'],
  ['rule', 'A'],
  ['record', 'r'],
  ['rule', 'B'],
  ['rule', 'C'],
  ['query', 'Q'],
);

describe('prompt-order', () => {
  it('moves parts of one label among their own places and nothing else', () => {
    for (const { level, job } of expand(promptOrder, inputOf(promptOrder, [rules], { parts: ['rule'], shuffles: 5 }))) {
      const lines = promptOf(requestsOf(job)[0]).split('\n');
      expect([lines[0], lines[2], lines[5]]).toEqual(['Go', 'r', 'Q']);
      expect([lines[1], lines[3], lines[4]].toSorted()).toEqual(['A', 'B', 'C']);
      if (level.id === 'none') expect(lines.join('')).toBe('GoArBCQ');
    }
  });

  it('gives every order once, never the one that was written, and no more than there are', () => {
    const expanded = expand(promptOrder, inputOf(promptOrder, [rules], { parts: ['rule'], shuffles: 16 }));
    expect(expanded.map(({ level }) => level.id)).toEqual([
      'none',
      ...[1, 2, 3, 4, 5].map((number) => `rule-order-${number}`),
    ]);
    expect(new Set(expanded.map(({ job }) => promptOf(requestsOf(job)[0]))).size).toBe(6);
  });

  it('counts orders of equal texts once', () => {
    const twins = sampleCase('twins', ['rule', 'A'], ['rule', 'A'], ['rule', 'B'], ['query', 'Q']);
    const expanded = expand(promptOrder, inputOf(promptOrder, [twins], { shuffles: 16 }));
    expect(expanded.map(({ job }) => promptOf(requestsOf(job)[0])).toSorted()).toEqual([
      'A\nA\nB\nQ',
      'A\nB\nA\nQ',
      'B\nA\nA\nQ',
    ]);
  });

  it('keeps an order when more are asked for', () => {
    const orders = (shuffles: number) =>
      expand(promptOrder, inputOf(promptOrder, [rules], { parts: ['rule'], shuffles })).map(({ job }) =>
        promptOf(requestsOf(job)[0]),
      );
    expect(orders(5).slice(0, 3)).toEqual(orders(2));
  });

  it('shuffles each label apart, with its own axis, forced from the control', () => {
    const expanded = expand(promptOrder, inputOf(promptOrder, sampleCases(1)));
    expect(expanded.map(({ level }) => [level.id, level.axis])).toEqual([
      ['none', 'prompt-order'],
      ['rule-order-1', 'prompt-order/rule'],
      ['rule-order-2', 'prompt-order/rule'],
      ['exemplar-order-1', 'prompt-order/exemplar'],
    ]);
    expect(expanded.map(({ job }) => requestsOf(job)[0].forcedFromLevel)).toEqual([null, 'none', 'none', 'none']);
  });

  it('has no cell for a case that it cannot change', () => {
    const still = [
      sampleCase('one', ['rule', 'A'], ['query', 'Q']),
      sampleCase('same', ['rule', 'A'], ['rule', 'A']),
      sampleCase('plain', ['query', 'Q']),
    ];
    expect(promptOrder.cells(inputOf(promptOrder, still))).toEqual([]);
    expect(promptOrder.cells(inputOf(promptOrder, [...still, rules])).map((cell) => cell.caseIds)).toEqual([['rules']]);
  });

  it('does not move the choices of a case when another case is added', () => {
    const alone = expand(promptOrder, inputOf(promptOrder, [rules]));
    const among = expand(promptOrder, inputOf(promptOrder, [...sampleCases(3), rules])).slice(-alone.length);
    expect(among).toEqual(alone);
  });
});
