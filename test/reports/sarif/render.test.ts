import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderSarif } from '../../../reports/index.ts';
import { failingFindings, passingFindings, viewOf } from '../../support/run-fixture.ts';

/** What SARIF 2.1.0 and code scanning ask of the parts that are written here; anything else is an error. */
const text = z.strictObject({ text: z.string().min(1) });
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z
    .array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string().min(1),
            version: z.string(),
            rules: z.array(z.strictObject({ id: z.string().min(1), shortDescription: text })),
          }),
        }),
        automationDetails: z.strictObject({ id: z.string().regex(/\/$/) }),
        results: z
          .array(
            z.strictObject({
              ruleId: z.string().min(1),
              ruleIndex: z.int().min(0),
              level: z.enum(['none', 'note', 'warning', 'error']),
              message: text,
              locations: z
                .array(
                  z.strictObject({
                    physicalLocation: z.strictObject({
                      artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w.~%!$&'()*+,;=:@/-]+$/) }),
                      region: z.strictObject({ startLine: z.int().min(1) }),
                    }),
                  }),
                )
                .min(1)
                .max(1000),
              partialFingerprints: z.record(z.string(), z.string()),
            }),
          )
          .max(25_000),
        properties: z.record(z.string(), z.unknown()),
      }),
    )
    .length(1),
});

describe('the SARIF report', () => {
  it('has a result for each check that did not pass, of the rule that it names', () => {
    const view = viewOf(failingFindings());
    const [run] = sarif.parse(JSON.parse(renderSarif(view))).runs;
    const open = view.checks.filter(({ status }) => status.outcome !== 'pass');
    expect(run.results).toHaveLength(open.length);
    for (const [at, result] of run.results.entries()) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(result.level).toBe(['fail', 'incomplete'].includes(open[at].status.outcome) ? 'error' : 'warning');
      expect(result.message.text).toContain(open[at].observed);
    }
  });

  it('has no error where nothing failed, and counts what is beyond the limit', () => {
    const view = viewOf(passingFindings());
    const results = (checks: typeof view.checks) => sarif.parse(JSON.parse(renderSarif({ ...view, checks }))).runs[0];
    expect(results(view.checks).results.filter(({ level }) => level === 'error')).toEqual([]);
    const [failed] = viewOf(failingFindings()).checks;
    const many = results(Array.from({ length: 5003 }, () => failed));
    expect([many.results.length, many.properties['resultsLeftOut']]).toEqual([5000, 3]);
  });
});
