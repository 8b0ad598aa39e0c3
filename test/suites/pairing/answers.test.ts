import { describe, expect, it } from 'vitest';
import { answerRule, type AnswerRule } from '../../../harness/schema/index.ts';
import { isRight, parseAnswer } from '../../../suites/pairing/index.ts';

const rule = (input: unknown): AnswerRule => answerRule.parse(input);

describe('parsed answers', () => {
  it.each([
    ['so 12 and 7 make 19.', '19'],
    ['It costs $1,234.50 in all', '1234.5'],
    ['-3', '-3'],
    ['about 1e3', '1000'],
    ['none at all', null],
  ])('takes the last number of %j', (text, answer) => {
    expect(parseAnswer(text, rule({ kind: 'number' }))).toBe(answer);
  });

  it.each([
    ['The answer is (b).', 'B'],
    ['A good reason exists. Answer: C', 'C'],
    ['Answer: A. No, the answer is D', 'D'],
    ['C', 'C'],
    ['I would say B)', 'B'],
    ['A good reason exists', null],
    ['the answer is amber', null],
    ['E', null],
  ])('finds the choice of %j', (text, answer) => {
    expect(parseAnswer(text, rule({ kind: 'choice' }))).toBe(answer);
  });

  it('takes the whole text, or the last match of a pattern and of it the first group', () => {
    expect(parseAnswer('  yes \n', rule({ kind: 'text' }))).toBe('yes');
    expect(parseAnswer('  \n', rule({ kind: 'text' }))).toBeNull();
    expect(parseAnswer('label=a; label=b', rule({ kind: 'pattern', pattern: 'label=(\\w)' }))).toBe('b');
    expect(parseAnswer('none', rule({ kind: 'pattern', pattern: 'label=(\\w)' }))).toBeNull();
    expect(() => rule({ kind: 'pattern', pattern: '(' })).toThrow('a regular expression');
  });

  it('are right in every spelling of the right one, and never when there is none', () => {
    const number = rule({ kind: 'number', expected: '1,000' });
    expect(isRight(parseAnswer('it is 1000.0', number), number)).toBe(true);
    expect(isRight(parseAnswer('it is 1001', number), number)).toBe(false);
    expect(isRight(null, number)).toBe(false);
    expect(isRight('1000', rule({ kind: 'number' }))).toBeNull();
    const choice = rule({ kind: 'choice', expected: 'B' });
    expect(isRight(parseAnswer('the answer is b', choice), choice)).toBe(true);
  });
});
