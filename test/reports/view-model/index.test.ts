import { describe, expect, it } from 'vitest';
import { renderJson, renderMarkdown, renderTerminal } from '../../../reports/index.ts';
import { failingFindings, HOSTILE, passingFindings, viewOf } from '../../support/run-fixture.ts';

describe('the view', () => {
  it('says PASS with what a pass still allows', () => {
    const view = viewOf(passingFindings());
    expect(view.banner.status.word).toBe('PASS');
    expect(view.cards.map((card) => card.status.outcome)).toEqual(['pass', 'pass', 'pass']);
    expect(JSON.stringify(view.sections[0])).toContain('11.7 %');
  });

  it('names axis and level of what failed, and links every check to its row', () => {
    const view = viewOf(failingFindings());
    expect(view.banner).toMatchObject({ exitCode: 1, status: { outcome: 'fail' } });
    expect(view.banner.sentence).toContain('batch-size/ragged');
    expect(view.cards.map((card) => card.status.outcome)).toEqual(['fail', 'fail', 'fail']);
    const rows = new Set(view.sections.flatMap((s) => s.table.groups.flatMap((g) => g.rows.map((r) => r.id))));
    for (const check of view.checks) expect(rows).toContain(check.rowId);
    for (const cell of view.matrix.flatMap((band) => band.axes.flatMap((axis) => axis.cells)))
      expect(rows).toContain(cell.rowId);
  });

  it('puts failed checks first and says what would change the verdict', () => {
    const view = viewOf(failingFindings());
    const outcomes = view.checks.map((check) => check.status.outcome);
    expect(outcomes.slice(0, 3)).toEqual(['fail', 'fail', 'fail']);
    expect(new Set(outcomes.slice(3))).toEqual(new Set(['pass']));
    expect(view.banner.wouldChange.length).toBeGreaterThan(0);
  });

  it('splits two texts where they part', () => {
    const [pair] = viewOf(failingFindings()).divergences[0].pairs;
    expect(pair.reference).toEqual({ same: 'good ', first: 'a', rest: 'nswer' });
    expect(pair.level.same).toBe('good ');
    expect(pair.level.first).toBe('<');
  });

  it('tells agreement over runs, and answers that changed, and hidden phrases that were found', () => {
    const findings = failingFindings();
    const total = { kind: 'measured', value: 0.75, low: 0.5, high: 0.9, n: 12 } as const;
    const outputs = { requests: 12, allEqual: 9, total, pairwise: 0.9, unique: { mean: 1.25, max: 2 }, without: 0 };
    const none = { kind: 'not-measured', why: 'no case names a rule for its answer' } as const;
    const scored = { n: 10, rightAtReference: 8, rightAtLevel: 6, rightToWrong: 3, wrongToRight: 1, pValue: 0.625 };
    const share = { kind: 'measured', value: 0.5, low: 0.2, high: 0.8, n: 10 } as const;
    const answers = { n: 10, changed: 5, changedShare: share, withoutAtReference: 0, withoutAtLevel: 1, scored };
    const retrieval = { n: 10, found: 5, foundAtReference: 9, share, problem: 'The prompt was cut.' };
    const view = viewOf({
      ...findings,
      agreement: [{ perturbation: 'repeat', runs: 5, outputs, answers: none }],
      drift: findings.drift.map((row) => ({ ...row, answers, retrieval })),
    });
    expect(view.sections[0].facts[0]).toEqual({
      name: 'Agreement over 5 runs of repeat',
      value:
        'TARr@5 75 % (50 % to 90 %) of 12 requests, unique@5 at most 2, mean 1.25, pairwise 90 %; ' +
        'TARa@5 not measured: no case names a rule for its answer',
    });
    expect(view.sections[1].facts[0].value).toBe(
      '5 of 10 changed (50 %, 20 % to 80 %); without an answer 0 and 1; ' +
        'right 8 to 6 of 10, 3 right to wrong, 1 wrong to right, McNemar p 0.625',
    );
    expect(view.sections[1].facts.at(-1)!.value).toBe(
      '5 of 10 found (20 % to 80 %), 9 of 10 without filler; not exercised: The prompt was cut.',
    );
  });

  it('tells the flips of a level, in every format that people read', () => {
    const flips = {
      benign: 3,
      hard: 1,
      unknown: 2,
      noise: { nats: 0.02, from: 'repeat' as const },
      marginNats: { p50: 0.01, max: 3.5 },
    };
    const findings = failingFindings();
    const [first, ...others] = findings.determinism;
    const view = viewOf({ ...findings, determinism: [{ ...first, flips }, ...others] });
    const text = '3 near ties, 1 hard, 2 unknown; margin 0.01 (median), 3.5 (most); noise 0.02 nats, from the repeats';
    expect(view.sections[0].facts).toEqual([{ name: `Flips at ${first.axis}, ${first.level}`, value: text }]);
    const words = (report: string): string =>
      report.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    for (const report of [renderTerminal(view, { color: false, width: 200 }), renderMarkdown(view), renderJson(view)])
      expect(words(report)).toContain(text);
  });

  it('tells who shared a prefix and what was left behind, and nothing of either where no level looks', () => {
    const base = passingFindings();
    const [row] = base.leakage;
    const sharedPrefix = { requests: 4, shared: 1, cachedTokens: 64, failureRateHigh: 0.9 };
    const residue = {
      ...{ patterns: 9, foundBefore: 5, found: 2, bytes: 900 },
      ...{ filesBefore: 3, filesReadable: 0, filesLeft: 1 },
    };
    const leakage = [
      { ...row, axis: 'cache-salt/restart', sharedPrefix, ownPrefix: { requests: 2, found: 2 } },
      { ...row, axis: 'residue', residue },
    ];
    const plain = viewOf(base).sections[2].table.columns.map(({ title }) => title);
    const { table } = viewOf({ ...base, leakage }).sections[2];
    const added = table.columns.map(({ title }) => title).filter((heading) => !plain.includes(heading));
    expect(added).toEqual(['From the cache of others', 'Own prefix found again', 'Left after close']);
    const told = table.groups[0].rows.map(({ cells }) => cells.slice(-3).map(({ text }) => text));
    expect(told).toEqual([
      ['1/4', '2/2', '–'],
      ['–', '–', '2 of 9, 1 file'],
    ]);
    const view = viewOf({ ...base, leakage });
    expect(renderTerminal(view, { color: false, width: 200 })).toContain('from cache');
    expect(renderJson(view)).toContain('2 of 9, 1 file');
  });

  it('holds no control, bidi or line-separator character of a hostile answer', () => {
    expect(HOSTILE).toMatch(/[\u001b\u202e\u2028]/);
    expect(JSON.stringify(viewOf(failingFindings()))).not.toMatch(/\\u001b|[\u202e\u2028]/);
  });

  it('is the same for the same records', () => {
    expect(viewOf(failingFindings())).toEqual(viewOf(failingFindings()));
  });
});
