import { describe, expect, it } from 'vitest';
import { diagnosis as diagnosisSchema, SCHEMA_VERSION, type Diagnosis } from '../../../harness/schema/index.ts';
import type { Section, StackedBarsFigure } from '../../../reports/view.ts';
import { passingFindings, viewOf } from '../../support/run-fixture.ts';

const share = (value: number) => ({ kind: 'measured', value, low: value - 0.1, high: value + 0.1, n: 6 }) as const;

const createDiagnosis = (change: Partial<Diagnosis> = {}): Diagnosis =>
  diagnosisSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    runId: 'fixture',
    row: {
      report: 'determinism',
      perturbation: 'batch-size',
      axis: 'batch-size/ragged',
      level: 'size-4',
      label: '4 requests',
      promise: 'bit-equal',
    },
    pair: { unitId: 'u-1', caseId: 'one', requestId: 'one' },
    by: 'bits',
    location: {
      reproduced: true,
      firstBitDiff: 1,
      firstTokenDiff: null,
      position: 12,
      site: { kind: 'op', op: 'layers.0.attn.input', layer: 0, position: 12, inputs: ['embed'] },
    },
    attribution: {
      kind: 'measured',
      design: 'full',
      response: 'whether the two sides differ',
      cells: 4,
      cases: 6,
      factors: [
        { id: 'split', label: 'split policy', share: share(0.5), firstOrder: 0.25, total: 0.75 },
        { id: 'mates', label: 'other requests', share: share(0.5), firstOrder: 0.25, total: null },
      ],
      effects: [
        { factors: ['split', 'mates'], share: 0.5, pValue: 1e-9, aliases: [] },
        { factors: ['split'], share: 0.25, pValue: 0.012, aliases: [] },
      ],
    },
    reproducer: { kind: 'not-measured', why: 'not asked for' },
    ...change,
  });

const sectionOf = (diagnosis: Diagnosis | null): Section | undefined =>
  viewOf(passingFindings(), { diagnosis }).sections.find(({ report }) => report === 'diagnosis');

describe('the section about a diagnosis', () => {
  it('is not there when nothing was diagnosed', () => {
    expect(sectionOf(null)).toBeUndefined();
  });

  it('names the op, and shows factors and interactions with what is not known as such', () => {
    const section = sectionOf(createDiagnosis());
    expect(section?.headline).toContain('part at layers.0.attn.input, layer 0, position 12, from equal inputs');
    const [factors, interactions] = section?.table.groups ?? [];
    expect(factors.rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
      ['split', '50 %', '25 %', '75 %', '0.012'],
      ['mates', '50 %', '25 %', 'not known', '–'],
    ]);
    expect(interactions.rows[0].cells.map(({ text }) => text)).toEqual(['split × mates', '50 %', '–', '–', '< 1e-4']);
    const figure = section?.figures[0] as StackedBarsFigure;
    expect(figure.series.map(({ values }) => values)).toEqual([
      [25, 25],
      [25, 25],
    ]);
  });

  it('blames no op whose input differed already', () => {
    const site = { kind: 'input-differed', op: 'lm-head', layer: null, position: 3, input: 'norm' } as const;
    const { location } = createDiagnosis();
    expect(sectionOf(createDiagnosis({ location: { ...location, site } }))?.headline).toContain('not to blame');
  });

  it('says so when the pair did not differ again, and when factors were not measured', () => {
    const { location } = createDiagnosis();
    const section = sectionOf(
      createDiagnosis({
        location: { ...location, reproduced: false },
        attribution: { kind: 'not-measured', why: 'one setting' },
      }),
    );
    expect(section?.headline).toContain('did not differ');
    expect(section?.figures).toEqual([]);
    expect(section?.facts).toContainEqual({ name: 'Factors', value: 'not measured: one setting' });
  });
});
