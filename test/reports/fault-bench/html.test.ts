import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultBench, type FaultBench } from '../../../harness/schema/index.ts';
import { renderFaultBenchHtml } from '../../../reports/index.ts';
import { HOSTILE } from '../../support/run-fixture.ts';

const stored = faultBench.parse(JSON.parse(readFileSync('docs/benchmarks/fault-bench.json', 'utf8')));
const failed: FaultBench = {
  ...stored,
  outcome: 'fail',
  reason: 'Core faults not found in 19 of 20 seeds: F1.',
  faults: stored.faults.map((fault, at) =>
    at === 3 ? { ...fault, detected: 2, black: 0, localised: 1, outcome: 'missed' as const, name: HOSTILE } : fault,
  ),
  unclean: [{ protocol: 'tiling', seed: 'seed-1', why: HOSTILE }],
};
const cellsOf = (html: string): string[] => [...html.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((match) => match[1]);

describe('the page of the fault bench', () => {
  it('has a row for every fault and control, with the numbers of the record', () => {
    const cells = cellsOf(renderFaultBenchHtml(stored));
    for (const { id, core, detected, seeded, notActivated } of stored.faults) {
      const at = cells.indexOf(`${id}${core ? ' (core)' : ''}`);
      expect(cells[at + 5], id).toBe(`${detected}/${seeded - notActivated}`);
    }
    for (const { id, alarms, runs } of stored.controls)
      expect(cells[cells.indexOf(id) + 3], id).toBe(`${alarms}/${runs}`);
    for (const { id } of stored.notRun) expect(cells).toContain(id);
  });

  it('puts what was missed first, and says which protocol was not clean', () => {
    const html = renderFaultBenchHtml(failed);
    const cells = cellsOf(html);
    const { id, core } = failed.faults[3];
    expect(cells[0]).toBe(`${id}${core ? ' (core)' : ''}`);
    expect(html).toContain('FAIL');
    expect(html).toContain('did not pass');
  });

  it('runs nothing, loads nothing, and shows a hostile text as text', () => {
    const html = renderFaultBenchHtml(failed);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|<img|<link|javascript:/);
    expect(html).not.toContain('\u001b');
    expect(html).not.toContain('\u202e');
  });
});
