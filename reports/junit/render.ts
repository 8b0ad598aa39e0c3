/**
 * The checks of the gate as JUnit XML: what CI systems show as tests. One suite per report, one test case per check.
 *
 * A check that cannot decide is `skipped` with its reason, one whose units did not run is an `error`: neither is a pass. There are no times: the
 * file is a function of the run folder.
 * @module
 */
import type { CheckRow, View } from '../view.ts';

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

export function renderJunit(view: View): string {
  const reports = [...new Set(view.checks.map(({ report }) => report))];
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="evenkeel" ${countsText(view.checks)}>`,
    ...reports.flatMap((report) => suiteLines(view, report)),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function suiteLines(view: View, report: string): string[] {
  const checks = view.checks.filter((check) => check.report === report);
  return [
    `  <testsuite name="${escaped(report)}" ${countsText(checks)}>`,
    '    <properties>',
    ...[
      ['run', view.runId],
      ['target', view.target],
      ['policy', view.banner.policyName],
      ['verdict', view.banner.sentence],
      ['reproduce', view.banner.reproduce],
    ].map(([name, value]) => `      <property name="${name}" value="${escaped(value)}"/>`),
    '    </properties>',
    ...checks.flatMap(caseLines),
    '  </testsuite>',
  ];
}

function caseLines({ report, place, rule, observed, status, reason }: CheckRow): string[] {
  const open = `    <testcase classname="evenkeel.${escaped(report)}" name="${escaped(`${place}: ${rule}`)}"`;
  const words = `message="${escaped(reason)}"`;
  const body = escaped(`observed: ${observed}`);
  switch (status.outcome) {
    case 'fail':
      return [`${open}>`, `      <failure ${words} type="evenkeel">${body}</failure>`, '    </testcase>'];
    case 'incomplete':
      return [`${open}>`, `      <error ${words} type="evenkeel">${body}</error>`, '    </testcase>'];
    case 'inconclusive':
    case 'not-run':
      return [`${open}>`, `      <skipped ${words}/>`, '    </testcase>'];
    case 'pass':
    case 'measured':
      return [`${open}>`, `      <system-out>${body}</system-out>`, '    </testcase>'];
  }
}

function countsOf(checks: readonly CheckRow[]): Counts {
  const count = (...outcomes: CheckRow['status']['outcome'][]): number =>
    checks.filter(({ status }) => outcomes.includes(status.outcome)).length;
  return {
    tests: checks.length,
    failures: count('fail'),
    errors: count('incomplete'),
    skipped: count('inconclusive', 'not-run'),
  };
}

function countsText(checks: readonly CheckRow[]): string {
  return Object.entries(countsOf(checks))
    .map(([name, value]) => `${name}="${value}"`)
    .join(' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** The view has no control characters; U+FFFE and U+FFFF are none of XML's characters either. */
function escaped(text: string): string {
  return text.replace(/[\ufffe\uffff]/g, '\ufffd').replace(/[&<>"'\n\t]/g, (character) => ENTITIES[character] ?? '');
}
