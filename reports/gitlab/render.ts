/**
 * The checks that did not pass as a GitLab code-quality report: a list of issues, each at the config that asks for the check.
 *
 * Source: docs.gitlab.com, code quality, "Code quality report format" (description, check_name, fingerprint, severity, location).
 * @module
 */
import { configFile, isError, openChecks } from '../open-checks.ts';
import type { View } from '../view.ts';

export function renderGitlab(view: View): string {
  const path = configFile(view);
  const issues = openChecks(view).map((check) => ({
    description: `${check.report}, ${check.place}: ${check.observed}. ${check.reason}`,
    check_name: `evenkeel/${check.report}`,
    fingerprint: check.fingerprint,
    severity: isError(check) ? 'major' : 'minor',
    location: { path, lines: { begin: 1 } },
  }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}
