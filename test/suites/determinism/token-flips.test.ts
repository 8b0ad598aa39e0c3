import { describe, expect, it } from 'vitest';
import { determinismRow, type RequestObservation, type SuiteInput } from '../../../harness/schema/index.ts';
import { determinismSuite } from '../../../suites/determinism/index.ts';
import { createFindings, createPolicy, judgeFindings } from '../../support/findings.ts';
import { createRun, createShelf } from '../../support/observations.ts';

const CASES = 300;
const NOISE = 0.02;
const shelf = createShelf();
const [FIRST, TIED, FAR] = [7, 8, 9];

interface Answer {
  /** The second of two tokens; the first is always FIRST. */
  readonly second: number;
  /** Of the first token. */
  readonly logprob?: number;
  readonly alternatives?: readonly (readonly [number, number])[];
}

/** An answer of a server: two tokens, and for each the alternatives with their log-probabilities. */
function answer(caseId: string, { second, logprob = -0.1, alternatives }: Answer): RequestObservation {
  const seen = alternatives ?? [
    [FIRST, -0.5],
    [TIED, -0.51],
    [FAR, -4],
  ];
  const request = shelf.request({ caseId, tokenIds: [FIRST, second], logprobs: [logprob, -0.5], scored: {} });
  const list = seen.map(([tokenId, one]) => ({ tokenId, text: null, logprob: one }));
  return { ...request, exchange: { ...request.exchange!, top: [[], list] } };
}

interface Level {
  readonly axis: string;
  readonly level: string;
  readonly of: (position: number) => Answer;
}

const CONTROL: Answer = { second: FIRST };

function runOf(levels: readonly Level[], control: Answer = CONTROL): SuiteInput {
  const parts = levels.map(({ axis, level, of }) =>
    createRun({
      axis,
      units: Array.from({ length: CASES }, (_, position) => ({
        levels: {
          none: [answer(`case-${position}`, control)],
          [level]: [answer(`case-${position}`, of(position))],
        },
      })),
    }),
  );
  const named = (part: number, id: string): string => `u-${part}${id.slice(3)}`;
  return {
    ...parts[0],
    plan: {
      ...parts[0].plan,
      units: parts.flatMap(({ plan }, part) => plan.units.map((unit) => ({ ...unit, id: named(part, unit.id) }))),
    },
    observations: parts.flatMap(({ observations }, part) =>
      [...observations].map((one) => ({ ...one, unitId: named(part, one.unitId) })),
    ),
  };
}

/** Every answer is the same, and its first token's log-probability moves by the noise: half of it up, half of it down. */
const noisy = (position: number): number => -0.1 + (position % 2 === 0 ? NOISE : -NOISE);
const repeats: Level = {
  axis: 'repeat',
  level: 'repeat-2',
  of: (position) => ({ second: position < 15 ? TIED : FIRST, logprob: noisy(position) }),
};
const batch = (second: number, share: number): Level => ({
  axis: 'batch-size/ragged',
  level: 'size-4',
  of: (position) => ({ second: position < share * CASES ? second : FIRST, logprob: noisy(position) }),
});

const analysed = (levels: readonly Level[], control?: Answer) => determinismSuite.analyse(runOf(levels, control));
function judged(levels: readonly Level[], change: Parameters<typeof createPolicy>[0] = {}) {
  const policy = createPolicy({ posture: 'tolerant', ...change });
  const { checks } = judgeFindings({ findings: createFindings({ determinism: analysed(levels) }), policy });
  return checks.find(({ axis }) => axis === 'batch-size/ragged')!;
}

describe('B15: flips of near ties', () => {
  it('are benign below the noise of the repeats, and a tolerant gate passes 20 % of them', () => {
    const row = analysed([repeats, batch(TIED, 0.2)])[1];
    expect(determinismRow.parse(row)).toEqual(row);
    expect(row.flips).toMatchObject({ benign: 60, hard: 0, unknown: 0, noise: { from: 'repeat' } });
    expect(row.flips!.noise).toMatchObject({ nats: expect.closeTo(NOISE, 9) });
    expect(row.flips!.marginNats!.p50).toBeCloseTo(0.01, 9);
    expect(row.byCase.filter(({ benignFlips }) => benignFlips === 1)).toHaveLength(60);
    const check = judged([repeats, batch(TIED, 0.2)]);
    expect(check.outcome).toBe('pass');
    expect(check.observed).toContain('60 near ties excused, 0 hard, 0 unknown; noise 0.02 nats');
  });

  it('positive control: as many hard flips fail', () => {
    const row = analysed([repeats, batch(FAR, 0.2)])[1];
    expect(row.flips).toMatchObject({ benign: 0, hard: 60, unknown: 0 });
    expect(row.divergences[0].marginNats).toBeCloseTo(3.5, 9);
    expect(judged([repeats, batch(FAR, 0.2)])).toMatchObject({ outcome: 'fail' });
  });

  it('fail where the policy counts them, and in a strict posture always', () => {
    expect(judged([repeats, batch(TIED, 0.2)], { nearTies: 'counted' }).outcome).toBe('fail');
    expect(judged([repeats, batch(TIED, 0.2)], { posture: 'strict' }).outcome).toBe('fail');
    const place = { 'batch-size': { nearTies: 'counted' as const } };
    expect(judged([repeats, batch(TIED, 0.2)], { determinism: place }).outcome).toBe('fail');
  });

  it('are excused by no noise but that of repeats: a level that moves everything excuses itself of nothing', () => {
    const wild: Level = {
      ...batch(TIED, 0.2),
      of: (position) => ({ second: position < 60 ? TIED : FIRST, logprob: -2 }),
    };
    const [alone] = analysed([wild]);
    expect(alone.flips).toMatchObject({ benign: 60, noise: { from: 'same-level' } });
    expect(judged([wild])).toMatchObject({ outcome: 'inconclusive', observed: 'no noise floor' });
    expect(analysed([repeats, batch(FAR, 0.2)])[1].flips).toMatchObject({ hard: 60 });
  });

  it('are unknown without a second alternative, and count as hard ones do', () => {
    const control: Answer = { second: FIRST, alternatives: [[FIRST, -0.5]] };
    const [, row] = analysed([repeats, batch(TIED, 0.2)], control);
    expect(row.flips).toMatchObject({ benign: 0, hard: 0, unknown: 60, marginNats: null });
  });

  it('are at least as far as the last alternative when the level took a token that is not among them', () => {
    const control = (last: number): Answer => ({
      second: FIRST,
      alternatives: [
        [FIRST, -0.5],
        [TIED, last],
      ],
    });
    const flips = (last: number) => analysed([repeats, batch(FAR, 0.2)], control(last))[1].flips;
    expect(flips(-3)).toMatchObject({ hard: 60, unknown: 0 });
    expect(flips(-0.505)).toMatchObject({ benign: 0, hard: 0, unknown: 60 });
  });

  it('are unknown where the reference did not take its most likely token', () => {
    const control: Answer = { second: TIED };
    const [, row] = analysed([repeats, batch(FIRST, 0.2)], control);
    expect(row.flips).toMatchObject({ benign: 0, hard: 0 });
  });
});

describe('flips of a target with logits', () => {
  const request = (caseId: string, second: number, moved: number) =>
    shelf.request({
      caseId,
      tokenIds: [0, second],
      generated: [
        [5, 1, 0],
        [2 + moved, 1.99, -3],
      ],
      logprobs: [-0.02, -0.7],
    });

  it('have the margin of the reference logits, and no noise makes every flip hard', () => {
    const units = [
      { levels: { none: [request('case-1', 0, 0)], 'size-4': [request('case-1', 1, -0.02)] } },
      { levels: { none: [request('case-2', 0, 0)], 'size-4': [request('case-2', 2, -0.02)] } },
      { levels: { none: [request('case-3', 0, 0)], 'size-4': [request('case-3', 0, 0)] } },
    ];
    const [row] = determinismSuite.analyse(createRun({ units, loadLogits: shelf.loadLogits }));
    expect(row.flips).toMatchObject({ benign: 0, hard: 2, noise: { nats: 0, from: 'same-level' } });
    expect(row.flips!.marginNats!.max).toBeCloseTo(5, 6);
    expect(row.divergences[0].marginNats).toBeCloseTo(0.01, 6);
  });

  it('are absent from a row in which no token differs', () => {
    const units = [{ levels: { none: [request('case-1', 0, 0)], 'size-4': [request('case-1', 0, 1e-3)] } }];
    const [row] = determinismSuite.analyse(createRun({ units, loadLogits: shelf.loadLogits }));
    expect(row).not.toHaveProperty('flips');
  });
});
