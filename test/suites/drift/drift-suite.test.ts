import { describe, expect, it } from 'vitest';
import { driftRow, type Estimate } from '../../../harness/schema/index.ts';
import { driftSuite } from '../../../suites/drift/index.ts';
import { createRun, createShelf, type Matrix, type RequestSpec } from '../../support/observations.ts';

const LN2 = Math.log(2);
const LN3 = Math.log(3);

const valueOf = (estimate: Estimate): number => {
  expect(estimate.kind).toBe('measured');
  return estimate.kind === 'measured' ? estimate.value : Number.NaN;
};

describe('drift suite', () => {
  it('scores forced tokens against the reference: KL, top token, log-probabilities and perplexity by hand', () => {
    const shelf = createShelf();
    // Reference: (1/2, 1/2) twice; level: (1/4, 3/4) and (1/2, 1/2). The reference produced tokens 1 and 0.
    const reference: Matrix = [
      [0, 0],
      [0, 0],
    ];
    const forced: Matrix = [
      [0, LN3],
      [0, 0],
    ];
    const units = [
      {
        levels: {
          none: [shelf.request({ promptText: 'a', tokenIds: [1, 0], generated: reference })],
          short: [shelf.request({ promptText: 'b', tokenIds: [0, 0], generated: forced, forced })],
        },
      },
    ];
    const [row] = driftSuite.analyse(createRun({ units, promise: 'drift', loadLogits: shelf.loadLogits }));
    expect(driftRow.parse(row)).toEqual(row);
    const kl = 0.5 * LN2 + 0.5 * Math.log(2 / 3);
    expect(row).toMatchObject({ context: 'forced-output', positions: 2, klNatsByPosition: [expect.closeTo(kl, 7), 0] });
    expect(valueOf(row.klNatsMean)).toBeCloseTo(kl / 2, 7);
    expect(valueOf(row.klNatsMax)).toBeCloseTo(kl, 7);
    // A tie of the reference goes to index 0; the level prefers 1 at the first position.
    expect(valueOf(row.sameTopShare)).toBe(0.5);
    expect(valueOf(row.maxAbsLogprobDiff)).toBeCloseTo(LN2, 7);
    const gain = Math.log(1.5);
    expect(valueOf(row.meanLogprobDiff)).toBeCloseTo(gain / 2, 7);
    expect(valueOf(row.rmsLogprobDiff)).toBeCloseTo(Math.sqrt((gain * gain) / 2), 7);
    expect(valueOf(row.perplexityRatio)).toBeCloseTo(1 / Math.sqrt(1.5), 7);
    expect(row.band).toBe('beyond very large');
    // One case says nothing about cases.
    expect(row.klNatsMean).toMatchObject({ low: null, high: null, n: 1 });
  });

  it('compares the positions of one prompt, and skips the position whose next token is not known', () => {
    const shelf = createShelf();
    const request = (caseId: string, second: readonly number[]) =>
      shelf.request({ caseId, prompt: [[0, 0], second], promptNextTokenIds: [1, -1] });
    const units = ['case-1', 'case-2', 'case-3'].map((caseId, i) => ({
      levels: { none: [request(caseId, [0, 0])], bf16: [request(caseId, [0, i * LN2])] },
    }));
    const [row] = driftSuite.analyse(createRun({ units, promise: 'drift', loadLogits: shelf.loadLogits }));
    expect(row).toMatchObject({ context: 'prompt-positions', positions: 6 });
    const { klNatsMean, meanLogprobDiff, perplexityRatio } = row;
    expect(meanLogprobDiff).toEqual({ kind: 'measured', value: 0, low: 0, high: 0, n: 3 });
    expect(perplexityRatio).toMatchObject({ value: 1 });
    if (klNatsMean.kind !== 'measured') throw new Error('expected a measured KL');
    expect(klNatsMean.low).toBeLessThan(klNatsMean.value);
    expect(klNatsMean.high).toBeGreaterThan(klNatsMean.value);
    expect(driftSuite.analyse(createRun({ units, promise: 'drift', loadLogits: shelf.loadLogits }))).toEqual([row]);
  });

  it('knows that equal digests are a KL of zero and never loads them', () => {
    const shelf = createShelf();
    const request = (caseId: string) => shelf.request({ caseId, prompt: [[1, 2, 3]], promptNextTokenIds: [2] });
    const units = ['case-1', 'case-2'].map((caseId) => ({
      levels: { none: [request(caseId)], 'size-4': [request(caseId)] },
    }));
    const [row] = driftSuite.analyse(createRun({ units }));
    expect(row).toMatchObject({
      band: 'zero',
      klNatsMean: { value: 0, low: 0, high: 0, n: 2 },
      klNatsMax: { value: 0 },
      klNatsQuantiles: { p50: 0, p99: 0 },
      perplexityRatio: { value: 1, low: 1, high: 1 },
      sameTopShare: { value: 1, high: 1 },
    });
    // All positions agree, but two positions do not prove a share of 1.
    expect(row.sameTopShare).toMatchObject({ low: expect.closeTo(0.025 ** 0.5, 10) });
  });

  it('has three different values for not supported, not comparable and not observed', () => {
    const shelf = createShelf();
    const row = (none: Parameters<typeof shelf.request>[0], level: typeof none, status: 'ok' | 'error' = 'ok') =>
      driftSuite.analyse(
        createRun({
          units: [{ levels: { none: [shelf.request(none)], x: [shelf.request(level)] }, status }],
          promise: 'drift',
          loadLogits: shelf.loadLogits,
        }),
      )[0].klNatsMean;
    expect(row({}, {})).toEqual({ kind: 'unsupported', why: 'the target gives no logits' });
    expect(row({ promptText: 'a', generated: [[0, 0]] }, { promptText: 'b', generated: [[0, 0]] })).toMatchObject({
      kind: 'not-measured',
      why: expect.stringMatching(/prompts differ/),
    });
    expect(row({}, {}, 'error')).toMatchObject({ kind: 'not-measured', why: expect.stringMatching(/no request/) });
    expect(row({ prompt: [[1, 2]] }, { prompt: [[1, 2, 3]] })).toMatchObject({
      why: expect.stringMatching(/\[1, 2\] and \[1, 3\]/),
    });
    expect(row({ prompt: [[0, 0]] }, { prompt: [[0, -Infinity]] })).toMatchObject({
      why: expect.stringMatching(/KL is infinite at 1 of 1/),
    });
    expect(row({ prompt: [[0, 0]] }, { prompt: [[0, Number.NaN]] })).toMatchObject({
      why: expect.stringMatching(/NaN or infinite/),
    });
  });

  it('makes at most 64 points for the figure, the mean of equal parts', () => {
    const shelf = createShelf();
    const flat = Array.from({ length: 128 }, () => [0, 0]);
    const bent = flat.map((row, i) => (i < 2 ? [0, LN3] : row));
    const units = [{ levels: { none: [shelf.request({ prompt: flat })], x: [shelf.request({ prompt: bent })] } }];
    const [row] = driftSuite.analyse(createRun({ units, promise: 'drift', loadLogits: shelf.loadLogits }));
    expect(row.klNatsByPosition).toHaveLength(64);
    expect(row.klNatsByPosition[0]).toBeCloseTo(0.5 * LN2 + 0.5 * Math.log(2 / 3), 7);
    expect(row.klNatsByPosition.slice(1).every((kl) => kl === 0)).toBe(true);
  });

  it('measures log-probabilities of tokens where a server gives no logits, and says that KL is unsupported', () => {
    const shelf = createShelf();
    const units = [0.5, 0.25].map((change, i) => ({
      levels: {
        none: [shelf.request({ caseId: `case-${i}`, tokenIds: [1, 2], logprobs: [-1, -2], scored: {} })],
        short: [
          shelf.request({
            caseId: `case-${i}`,
            promptText: 'b',
            tokenIds: [7, 7],
            logprobs: [-3, -3],
            scored: { forcedLogprobs: [-1 - change, -2 + change] },
          }),
        ],
      },
    }));
    const [row] = driftSuite.analyse(createRun({ units, promise: 'drift', loadLogits: shelf.loadLogits }));
    expect(driftRow.parse(row)).toEqual(row);
    expect(row).toMatchObject({
      context: 'forced-output',
      values: 'token-logprobs',
      positions: 4,
      band: 'not measured',
    });
    expect(row.klNatsMean).toEqual({ kind: 'unsupported', why: 'the target gives no logits' });
    expect(row.sameTopShare).toMatchObject({ kind: 'unsupported' });
    expect(valueOf(row.maxAbsLogprobDiff)).toBe(0.5);
    expect(valueOf(row.meanLogprobDiff)).toBe(0);
    expect(valueOf(row.rmsLogprobDiff)).toBeCloseTo(Math.sqrt((0.25 + 0.0625) / 2), 12);
    expect(valueOf(row.perplexityRatio)).toBe(1);
  });

  it('takes the strongest context that a server allows: forced tokens, then the prompt, then output while it is equal', () => {
    const shelf = createShelf();
    const contextOf = (scored: NonNullable<RequestSpec['scored']>) => {
      const side = (logprob: number, own: typeof scored) =>
        shelf.request({ tokenIds: [1, 2], logprobs: [logprob, -2], scored: own });
      const levels = { none: [side(-1, { promptLogprobs: [-1] })], half: [side(-1.5, scored)] };
      const [row] = driftSuite.analyse(createRun({ units: [{ levels }], promise: 'drift' }));
      return [row.context, row.positions, valueOf(row.maxAbsLogprobDiff)];
    };
    expect(contextOf({ forcedLogprobs: [-1.25, -2], promptLogprobs: [-1.125] })).toEqual(['forced-output', 2, 0.25]);
    expect(contextOf({ promptLogprobs: [-1.125] })).toEqual(['prompt-positions', 1, 0.125]);
    expect(contextOf({})).toEqual(['same-history-output', 2, 0.5]);
  });
});
