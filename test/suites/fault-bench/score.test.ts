import { describe, expect, it } from 'vitest';
import { alarmBound, scoreOf, type Trial } from '../../../suites/fault-bench/index.ts';

const trial = (change: Partial<Trial>): Trial => ({
  id: 'F1',
  protocol: 'batch',
  seed: '1',
  activations: 3,
  white: false,
  black: false,
  trap: null,
  axes: [],
  op: null,
  evidenceProblem: null,
  ms: 1,
  ...change,
});
const expected = { id: 'F1', core: true, axes: ['batch-size/ragged'], op: String.raw`^layers\.0\.ffn$` };
const found = trial({ white: true, axes: ['batch-size/ragged'], op: 'layers.0.ffn' });
const many = (count: number, one: Trial): Trial[] => Array.from({ length: count }, () => one);

describe('the score of a fault', () => {
  it('is found in 19 of 20 seeds, and missed in 18', () => {
    expect(scoreOf(expected, [...many(19, found), trial({})]).outcome).toBe('found');
    expect(scoreOf(expected, [...many(18, found), ...many(2, trial({}))]).outcome).toBe('missed');
  });

  it('counts a run in which the mutated line never ran neither as found nor as missed', () => {
    const idle = trial({ activations: 0 });
    expect(scoreOf(expected, [...many(19, found), idle])).toMatchObject({
      outcome: 'found',
      notActivated: 1,
      detected: 19,
    });
    expect(scoreOf(expected, [found, ...many(19, idle)]).outcome).toBe('inconclusive');
    expect(scoreOf(expected, [idle, idle])).toMatchObject({ outcome: 'inconclusive', detected: 0, notActivated: 2 });
  });

  it('is localised only where the factor and the op are the right ones', () => {
    const wrongAxis = { ...found, axes: ['batch-size/ragged', 'repeat'] };
    const wrongOp = { ...found, op: 'embed' };
    const noOp = { ...found, op: null };
    expect(scoreOf(expected, [found, wrongAxis, wrongOp, noOp])).toMatchObject({ detected: 4, localised: 1 });
  });

  it('keeps the two views apart; an audit is of the white one', () => {
    const audited = trial({ trap: 'AuditError: ...' });
    expect(scoreOf(expected, [found, { ...found, black: true }, audited])).toMatchObject({
      white: 3,
      black: 1,
      traps: 1,
    });
  });
});

describe('false alarms of a control', () => {
  it('are within alpha or beyond it, with a bound', () => {
    expect(alarmBound('F1', many(200, trial({})), 0.05)).toMatchObject({ alarms: 0, runs: 200, outcome: 'silent' });
    expect(alarmBound('F1', many(200, trial({})), 0.05).rateHigh).toBeCloseTo(1 - 0.05 ** (1 / 200), 12);
    expect(alarmBound('F1', [...many(30, found), ...many(170, trial({}))], 0.05).outcome).toBe('alarm');
  });
});
