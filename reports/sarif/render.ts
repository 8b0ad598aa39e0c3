/**
 * The checks that did not pass as SARIF 2.1.0, for code scanning: one result a check, one rule a report.
 *
 * Limits of GitHub: 25,000 results, of which 5,000 are shown; what is left out is counted in the run's properties.
 * Source: OASIS SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0); limits from docs.github.com.
 * @module
 */
import { configFile, isError, openChecks } from '../open-checks.ts';
import type { View } from '../view.ts';

const RESULTS_MAX = 5000;

export function renderSarif(view: View): string {
  const open = openChecks(view);
  const uri = encodeURI(configFile(view).replaceAll('\\', '/'));
  const reports = [...new Set(open.map(({ report }) => report))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'evenkeel',
            version: view.evenkeelVersion,
            rules: reports.map((report) => ({
              id: report,
              shortDescription: { text: `A check of the ${report} report did not pass.` },
            })),
          },
        },
        automationDetails: { id: `evenkeel/${view.target}/` },
        results: open.slice(0, RESULTS_MAX).map((check) => ({
          ruleId: check.report,
          ruleIndex: reports.indexOf(check.report),
          level: isError(check) ? 'error' : 'warning',
          message: { text: `${check.place}: ${check.rule}. Observed: ${check.observed}. ${check.reason}` },
          locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } } }],
          partialFingerprints: { 'evenkeelCheck/v1': check.fingerprint },
        })),
        properties: {
          runId: view.runId,
          verdict: view.banner.status.word,
          reason: view.banner.sentence,
          reproduce: view.banner.reproduce,
          resultsLeftOut: Math.max(0, open.length - RESULTS_MAX),
        },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
