import { describe, expect, it } from 'vitest';
import { renderTerminal } from '../../../reports/index.ts';
import { failingFindings, passingFindings, viewOf } from '../../support/run-fixture.ts';

describe('the terminal report', () => {
  it.each([40, 60, 80, 120])('fits %i columns', (width) => {
    for (const findings of [passingFindings(), failingFindings()])
      for (const line of renderTerminal(viewOf(findings), { color: false, width }).split('\n'))
        expect([...line].length, line).toBeLessThanOrEqual(width);
  });

  it('carries outcomes in glyphs and words, and no control character, without colour', () => {
    const text = renderTerminal(viewOf(failingFindings()), { color: false, width: 80 });
    expect(text).toMatch(/✗ FAIL {2}\(exit code 1/);
    expect(text).toContain('batch-size/ragged');

    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  it('adds colour only around glyphs and outcomes', () => {
    const view = viewOf(failingFindings());
    const plain = renderTerminal(view, { color: false, width: 80 });
    const coloured = renderTerminal(view, { color: true, width: 80 });
    expect(coloured).toContain('\u001b[31m');

    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain);
  });

  it('says why a row did not pass, under the row', () => {
    const text = renderTerminal(viewOf(failingFindings()), { color: false, width: 80 });
    expect(text).toMatch(/✗ batch-size\/ragged.*\n {4}\S/);
  });
});
