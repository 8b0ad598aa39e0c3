import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  DataError,
  gotText,
  problemText,
  TargetError,
  type Problem,
} from '../../../harness/ports/index.ts';

const problem: Problem = {
  code: 'CONFIG_REPEATS_TOO_FEW',
  at: 'suites[2].repeats',
  expected: 'integer >= 2',
  got: '1',
  hint: 'A determinism suite compares runs.',
};

describe('errors', () => {
  it('says where, expected, got and what to do next', () => {
    expect(problemText(problem)).toBe(
      'suites[2].repeats: expected integer >= 2, got 1. A determinism suite compares runs.',
    );
    expect(problemText({ ...problem, hint: '' })).toBe('suites[2].repeats: expected integer >= 2, got 1.');
  });

  it('has one exit code per class and keeps code and cause', () => {
    const cause = new Error('ECONNREFUSED');
    const errors = [
      new ConfigError({ ...problem, cause }),
      new TargetError({ ...problem, cause }),
      new DataError({ ...problem, cause }),
    ];
    expect(errors.map((error) => error.exitCode)).toEqual([2, 3, 3]);
    expect(errors.map((error) => error.name)).toEqual(['ConfigError', 'TargetError', 'DataError']);
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error);
      expect(error.code).toBe('CONFIG_REPEATS_TOO_FEW');
      expect(error.cause).toBe(cause);
      expect(error.message).toBe(problemText(problem));
    }
  });

  it('has no cause property when there is no cause', () => {
    expect(Object.hasOwn(new ConfigError(problem), 'cause')).toBe(false);
    expect(Object.hasOwn(new TargetError(problem), 'cause')).toBe(false);
  });

  it('tells all problems of a file in one message, one line each', () => {
    const error = new ConfigError([problem, { ...problem, at: 'seed' }], { subject: 'evenkeel.config.yaml' });
    expect(error.problems).toHaveLength(2);
    expect(error.message.split('\n')).toEqual([
      'evenkeel.config.yaml: 2 problems',
      problemText(problem),
      problemText({ ...problem, at: 'seed' }),
    ]);
  });

  it('refuses to be made of no problem', () => {
    expect(() => new ConfigError([])).toThrow(RangeError);
  });

  it('tells small values as they are and large ones in short', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    const told = [undefined, null, 'a"b', 3, Number.NaN, true, [], [1, 'x'], { a: 1 }, () => 1, 5n, loop].map(gotText);
    expect(told).toEqual([
      'nothing', 'null', '"a\\"b"', '3', 'NaN', 'true', 'an empty list', '[1,"x"]', '{"a":1}', 'a function', '5',
      'a value that is not plain data',
    ]); // prettier-ignore
    expect(gotText('x'.repeat(100))).toBe(`"${'x'.repeat(48)}"... (100 characters)`);
    expect(gotText(Array.from({ length: 40 }, () => 12))).toBe('a list of 40');
    expect(gotText({ text: 'x'.repeat(100) })).toBe('a mapping');
  });
});
