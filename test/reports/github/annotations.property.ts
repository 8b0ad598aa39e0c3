import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { githubAnnotations } from '../../../reports/index.ts';
import { failingFindings, viewOf } from '../../support/run-fixture.ts';

/** As the runner reads a line: command, properties, data. */
const COMMAND = /^::(error|warning)(?: ([^:]*))?::(.*)$/;
const view = viewOf(failingFindings());
const [failed] = view.checks;

describe('annotations of a GitHub workflow', () => {
  it('are one command a line, whatever the texts hold, and come back as they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (place, reason) => {
        const lines = githubAnnotations({ ...view, checks: [{ ...failed, place, reason }] });
        expect(lines).toHaveLength(1);
        expect(lines[0]).not.toMatch(/[\r\n]/);
        const [, kind, properties, data] = COMMAND.exec(lines[0].replaceAll(/[\u2028\u2029]/g, '')) ?? [];
        expect(kind).toBe('error');
        expect(properties.split(',').map((one) => one.split('=')[0])).toEqual(['file', 'line', 'title']);
        const back = data.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
        expect(back).toBe(`${failed.observed}. ${reason}`.replaceAll(/[\u2028\u2029]/g, ''));
      }),
    );
  });

  it('are as many as GitHub shows of a step, and the rest is counted', () => {
    const many = (count: number): string[] =>
      githubAnnotations({ ...view, checks: Array.from({ length: count }, () => failed) });
    expect(many(10)).toHaveLength(10);
    expect(many(12)).toHaveLength(11);
    expect(many(12).at(-1)).toMatch(/^::warning title=evenkeel::and 2 more checks/);
    const undecided = { ...failed, status: { ...failed.status, outcome: 'inconclusive' as const } };
    const both = [...Array.from({ length: 12 }, () => failed), ...Array.from({ length: 10 }, () => undecided)];
    const kinds = githubAnnotations({ ...view, checks: both }).map((line) => line.slice(2, 7));
    expect([kinds.filter((kind) => kind === 'error').length, kinds.length]).toEqual([10, 20]);
  });
});
