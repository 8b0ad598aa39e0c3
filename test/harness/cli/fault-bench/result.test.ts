import { describe, expect, it } from 'vitest';
import { benchResult } from '../../../../harness/cli/fault-bench/result.ts';
import { benchFigure, benchText } from '../../../../harness/cli/fault-bench/tell-bench.ts';
import { faultBench } from '../../../../harness/schema/index.ts';
import { controls, faults, type Trial } from '../../../../suites/fault-bench/index.ts';

const IDS = [...faults, ...controls].map(({ id }) => id);

function trialsOf(change: (id: string) => Partial<Trial>): Trial[] {
  const base = { seed: '1', protocol: 'batch', trap: null, evidenceProblem: null, ms: 5, black: false };
  return [
    ...faults.map(({ id, axes }) => ({ ...base, id, activations: 1, white: true, axes, op: null, ...change(id) })),
    ...controls.map(({ id }) => ({ ...base, id, activations: null, white: false, axes: [], op: null, ...change(id) })),
  ];
}

const resultOf = (trials: readonly Trial[], unclean: { protocol: string; seed: string; why: string }[] = []) =>
  benchResult({ ids: IDS, seeds: 1, trials, unclean, ms: 9 });

describe('the result of the fault bench', () => {
  it('passes when every core fault is found and no control is flagged', () => {
    const result = resultOf(trialsOf(() => ({})));
    expect(result.outcome).toBe('pass');
    expect(faultBench.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  });

  it('fails on a core fault that is missed or never ran, and not on another one', () => {
    const without = (id: string, change: Partial<Trial>) => resultOf(trialsOf((one) => (one === id ? change : {})));
    expect(without('F1', { white: false }).reason).toMatch(/Core faults not found .*: F1\./);
    expect(without('F1', { activations: 0 }).outcome).toBe('fail');
    expect(without('F3', { white: false }).outcome).toBe('pass');
  });

  it('fails on false alarms, and when the unchanged engine does not pass', () => {
    expect(resultOf(trialsOf((id) => (id === 'B7' ? { white: true } : {}))).reason).toMatch(/False alarms .*: B7\./);
    const unclean = [{ protocol: 'batch', seed: '1', why: 'differs' }];
    expect(
      resultOf(
        trialsOf(() => ({})),
        unclean,
      ).reason,
    ).toMatch(/unchanged engine did not pass batch/);
  });

  it('fits 80 columns, and its figure has a bar for each fault', () => {
    const result = resultOf(trialsOf(() => ({})));
    const tables = benchText(result).split('\n').slice(0, -2);
    expect(tables.filter((line) => line.length > 80)).toEqual([]);
    expect(benchFigure(result).match(/<text/g)).toHaveLength(faults.length + 1);
  });
});
