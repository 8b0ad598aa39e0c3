import { describe, expect, it } from 'vitest';
import { driftRow, type DriftRow } from '../../../harness/schema/index.ts';
import { driftSuite } from '../../../suites/drift/index.ts';
import { createFindings, createPolicy, judgeFindings } from '../../support/findings.ts';
import { createPerturbation, createRun, createShelf } from '../../support/observations.ts';

const CASES = 60;
const shelf = createShelf();
const phrase = (i: number): string => `iron lamb opal fern ${1000 + i}`;

/** A model that finds the phrase in the first cases, and says that of its neighbour in the others. */
function rowOf(found: number, foundAtReference = CASES, problem: string | null = null): DriftRow {
  const said = (i: number, right: boolean): string => (right ? `It is ${phrase(i).toUpperCase()}.` : phrase(i + 1));
  const units = Array.from({ length: CASES }, (_, i) => {
    const request = (right: boolean) =>
      shelf.request({ caseId: `case-${i}`, canary: phrase(i), tokenIds: [1], text: said(i, right) });
    return { levels: { none: [request(i < foundAtReference)], 'length-512-depth-50': [request(i < found)] } };
  });
  const perturbation = createPerturbation(() => problem);
  return driftSuite.analyse(createRun({ units, axis: 'needle/length-512', promise: 'drift', perturbation }))[0];
}

const judged = (row: DriftRow) =>
  judgeFindings({
    findings: createFindings({ drift: [row] }),
    policy: createPolicy({ drift: { needle: { retrievalMin: 0.9 } } }),
  }).checks.find(({ metric }) => metric === 'retrieval')!;

describe('retrieval of hidden phrases', () => {
  it('counts outputs that hold their own phrase, in any letter case, and not that of another', () => {
    const row = rowOf(45, 58);
    expect(driftRow.parse(row)).toEqual(row);
    expect(row.retrieval).toMatchObject({
      n: CASES,
      found: 45,
      foundAtReference: 58,
      share: { value: 0.75, n: CASES },
    });
    expect(row.retrieval).not.toHaveProperty('problem');
  });

  it('is absent where no prompt hides a phrase', () => {
    const request = shelf.request({ tokenIds: [1] });
    const [row] = driftSuite.analyse(createRun({ units: [{ levels: { none: [request], deep: [request] } }] }));
    expect(row).not.toHaveProperty('retrieval');
  });

  it('passes when all of the interval lies above the limit', () => {
    expect(judged(rowOf(60))).toMatchObject({ outcome: 'pass', observed: '60 of 60 found, 60 without filler' });
    expect(judged(rowOf(57)).outcome).toBe('inconclusive');
  });

  it('positive control: a model that loses a quarter of the phrases fails', () => {
    expect(judged(rowOf(45)).outcome).toBe('fail');
  });

  it('decides nothing when the model finds none without filler, or the path was not exercised', () => {
    expect(judged(rowOf(0, 0))).toMatchObject({ outcome: 'inconclusive' });
    const cut = judged(rowOf(0, 60, 'The target counts 200 prompt tokens, and 512 were sent.'));
    expect(cut).toMatchObject({ outcome: 'inconclusive' });
    expect(cut.reason).toContain('512 were sent');
  });
});
