import { describe, expect, it } from 'vitest';
import { determinismRow, type RequestObservation } from '../../../harness/schema/index.ts';
import { determinismSuite } from '../../../suites/determinism/index.ts';
import {
  createPerturbation,
  createRun,
  createShelf,
  type LogitsShelf,
  type Matrix,
} from '../../support/observations.ts';

const LOGITS: Matrix = [
  [0, 1, 2],
  [2, 0, 1],
];

/** Two units of one case each; the level answers with `level`. */
function twoCases(shelf: LogitsShelf, level: (caseId: string) => RequestObservation) {
  return ['case-1', 'case-2'].map((caseId) => ({
    levels: {
      none: [shelf.request({ caseId, tokenIds: [2, 0], generated: LOGITS })],
      'size-4': [level(caseId)],
    },
    counters: { steps: caseId === 'case-1' ? 9 : 4 },
  }));
}

describe('determinism suite', () => {
  it('finds equal bits in equal digests and loads no logits for it', () => {
    const shelf = createShelf();
    const units = twoCases(shelf, (caseId) => shelf.request({ caseId, tokenIds: [2, 0], generated: LOGITS }));
    const [row, ...others] = determinismSuite.analyse(createRun({ units }));
    expect(others).toEqual([]);
    expect(determinismRow.parse(row)).toEqual(row);
    expect(row).toMatchObject({
      perturbation: 'batch-size',
      axis: 'batch-size/ragged',
      level: 'size-4',
      bits: { equal: 2, n: 2, failureRateLow: 0 },
      tokens: { equal: 2, n: 2 },
      text: { equal: 2, n: 2 },
      uniqueOutputs: { max: 1, mean: 1 },
      firstTokenDiffs: [],
      maxAbsLogprobDiff: { kind: 'measured', value: 0, n: 2 },
      evidence: { steps: 4 },
      evidenceProblem: null,
      divergences: [],
    });
    expect(row.bits).toMatchObject({ failureRateHigh: expect.closeTo(1 - 0.05 ** 0.5, 12) });
  });

  it('sees one flipped bit that changes no token', () => {
    const shelf = createShelf();
    const flipped = [[0, 1, 2 + 2 ** -22], LOGITS[1]];
    const units = twoCases(shelf, (caseId) =>
      shelf.request({ caseId, tokenIds: [2, 0], generated: caseId === 'case-2' ? flipped : LOGITS }),
    );
    const [row] = determinismSuite.analyse(createRun({ units, loadLogits: shelf.loadLogits }));
    expect(row).toMatchObject({ bits: { equal: 1, n: 2 }, tokens: { equal: 2, n: 2 } });
    expect(row.divergences).toHaveLength(1);
    expect(row.divergences[0]).toMatchObject({ caseId: 'case-2', firstBitDiff: 0, firstTokenDiff: null });
    expect(row.divergences[0].maxAbsLogprobDiff).toBeGreaterThan(1e-8);
    expect(shelf.loaded).toHaveLength(2);
  });

  it('sees a bit of the prompt that changes no produced logits', () => {
    const shelf = createShelf();
    const request = (prompt: Matrix) => shelf.request({ tokenIds: [2, 0], generated: LOGITS, prompt });
    const units = [{ levels: { none: [request([[1, 2, 3]])], 'size-4': [request([[1, 2, 3.5]])] } }];
    const [row] = determinismSuite.analyse(createRun({ units }));
    expect(row).toMatchObject({
      bits: { equal: 0, n: 1 },
      tokens: { equal: 1 },
      divergences: [{ firstBitDiff: null }],
    });
  });

  it('leaves the prompt out when the prompts are not the same', () => {
    const shelf = createShelf();
    const request = (promptText: string, prompt: Matrix) =>
      shelf.request({ promptText, tokenIds: [2, 0], generated: LOGITS, prompt });
    const units = [{ levels: { none: [request('a', [[1, 2, 3]])], 'size-4': [request('b', [[9, 2, 3]])] } }];
    const [row] = determinismSuite.analyse(createRun({ units, promise: 'drift' }));
    expect(row).toMatchObject({ bits: { equal: 1, n: 1 } });
  });

  it('compares no log-probabilities after the first token that differs', () => {
    const shelf = createShelf();
    const reference = [
      [0, 0, 0],
      [0, Math.log(2), 0],
      [0, 0, 0],
    ];
    const level = [
      [0, 0, 0],
      [0, 0, 0],
      [50, 0, -50],
    ];
    const units = [
      {
        levels: {
          none: [shelf.request({ tokenIds: [0, 1, 2], generated: reference })],
          'size-4': [shelf.request({ tokenIds: [0, 2, 0], generated: level })],
        },
      },
    ];
    const [row] = determinismSuite.analyse(createRun({ units, loadLogits: shelf.loadLogits }));
    // Step 1: ln(1/2) against ln(1/3), ln(1/4) against ln(1/3). Step 2 would give about 100.
    expect(row.maxAbsLogprobDiff).toMatchObject({ kind: 'measured', value: expect.closeTo(Math.log(1.5), 6), n: 1 });
    expect(row).toMatchObject({ firstTokenDiffs: [1], uniqueOutputs: { max: 2, mean: 2 } });
    expect(row.divergences[0]).toMatchObject({ firstBitDiff: 1, firstTokenDiff: 1 });
  });

  it('says that a target without logits has no bits, and compares its tokens and its log-probabilities', () => {
    const shelf = createShelf();
    const units = [
      {
        levels: {
          none: [shelf.request({ tokenIds: [1, 2, 3], logprobs: [-0.5, -0.25, -1] })],
          'size-4': [shelf.request({ tokenIds: [1, 2, 4], logprobs: [-0.5, -0.5, -9] })],
        },
      },
    ];
    const [row] = determinismSuite.analyse(createRun({ units }));
    expect(row).toMatchObject({
      bits: { kind: 'unsupported', why: 'the target gives no logits' },
      tokens: { equal: 0, n: 1 },
      firstTokenDiffs: [2],
      maxAbsLogprobDiff: { kind: 'measured', value: 0.25 },
    });
  });

  it('does not take two missing token lists for equal tokens', () => {
    const shelf = createShelf();
    const units = [{ levels: { none: [shelf.request({ text: 'yes' })], 'size-4': [shelf.request({ text: 'no' })] } }];
    const [row] = determinismSuite.analyse(createRun({ units }));
    expect(row).toMatchObject({ tokens: { n: 0, failureRateHigh: null }, text: { equal: 0, n: 1 } });
    expect(row).toMatchObject({ maxAbsLogprobDiff: { kind: 'unsupported' }, uniqueOutputs: { max: 2 } });
  });

  it('keeps the row of a level that nobody observed, with nothing in it', () => {
    const shelf = createShelf();
    const units = twoCases(shelf, (caseId) => shelf.request({ caseId })).map((unit) => ({
      ...unit,
      status: 'error' as const,
    }));
    const [row] = determinismSuite.analyse(createRun({ units }));
    expect(row).toMatchObject({
      bits: { kind: 'not-measured' },
      tokens: { n: 0 },
      maxAbsLogprobDiff: { kind: 'not-measured' },
    });
  });

  it('asks the perturbation about the evidence of each unit, and reports a probe without a counterpart', () => {
    const shelf = createShelf();
    const same = (caseId: string) => shelf.request({ caseId, tokenIds: [2, 0], generated: LOGITS });
    const perturbation = createPerturbation((_, counters) =>
      counters['steps'] < 5 ? 'Fewer than five steps were batched.' : null,
    );
    const [row] = determinismSuite.analyse(createRun({ units: twoCases(shelf, same), perturbation }));
    expect(row.evidenceProblem).toBe('Fewer than five steps were batched. (1 of 2 units, first u-0000000000000001)');
    const lost = [{ levels: { none: [], 'size-4': [same('case-1')] } }];
    const [lostRow] = determinismSuite.analyse(createRun({ units: lost }));
    expect(lostRow.evidenceProblem).toContain('request r1 has no counterpart at level none');
  });

  it('keeps eight divergences and cuts their texts at 400 code points', () => {
    const shelf = createShelf();
    const units = Array.from({ length: 10 }, (_, i) => ({
      levels: {
        none: [shelf.request({ caseId: `case-${i}`, tokenIds: [1], text: '😀'.repeat(500) })],
        'size-4': [shelf.request({ caseId: `case-${i}`, tokenIds: [2], text: 'b' })],
      },
    }));
    const [row] = determinismSuite.analyse(createRun({ units }));
    expect(row.divergences.map(({ caseId }) => caseId)).toEqual(Array.from({ length: 8 }, (_, i) => `case-${i}`));
    expect(Array.from(row.divergences[0].referenceText)).toHaveLength(400);
  });

  it('compares probes only, and leaves content-independent levels to the leakage report', () => {
    const shelf = createShelf();
    const mate = (tokenIds: number[]) => shelf.request({ id: 'm1', role: 'mate', tokenIds });
    const units = [{ levels: { none: [mate([1])], 'size-4': [mate([2])] } }];
    expect(determinismSuite.analyse(createRun({ units }))[0]).toMatchObject({ tokens: { n: 0 } });
    expect(determinismSuite.analyse(createRun({ units, promise: 'content-independent' }))).toEqual([]);
  });
});
