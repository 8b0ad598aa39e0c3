import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderGitlab } from '../../../reports/index.ts';
import { failingFindings, passingFindings, viewOf } from '../../support/run-fixture.ts';

/** GitLab's code-quality format: these fields and no others. */
const report = z.array(
  z.strictObject({
    description: z.string().min(1),
    check_name: z.string().min(1),
    fingerprint: z.string().min(1),
    severity: z.enum(['info', 'minor', 'major', 'critical', 'blocker']),
    location: z.strictObject({
      path: z.string().regex(/^(?!\.?\/)/),
      lines: z.strictObject({ begin: z.int().min(1) }),
    }),
  }),
);

describe('the GitLab code-quality report', () => {
  it('has an issue for each check that did not pass, with fingerprints that are the same in the next run', () => {
    const view = viewOf(failingFindings());
    const issues = report.parse(JSON.parse(renderGitlab(view)));
    expect(issues).toHaveLength(view.checks.filter(({ status }) => status.outcome !== 'pass').length);
    const next = report.parse(JSON.parse(renderGitlab({ ...view, runId: 'next' })));
    expect(next.map(({ fingerprint }) => fingerprint)).toEqual(issues.map(({ fingerprint }) => fingerprint));
  });

  it('has no major issue where nothing failed', () => {
    const issues = report.parse(JSON.parse(renderGitlab(viewOf(passingFindings()))));
    expect(issues.filter(({ severity }) => severity !== 'minor')).toEqual([]);
  });
});
