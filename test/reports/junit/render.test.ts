import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../../reports/index.ts';
import { junitProblems, type XmlElement } from '../../support/junit-format.ts';
import { failingFindings, HOSTILE, passingFindings, viewOf } from '../../support/run-fixture.ts';

interface Element extends XmlElement {
  readonly children: Element[];
  text: string;
}

/** A strict reader of the XML that is written here: elements, attributes, text; anything else is an error. */
function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  let rest = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  while (rest !== '') {
    const token =
      /^(?:<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="(?:[^"<&]|&(?:amp|lt|gt|quot|apos|#\d+);)*")*)(\/?)>|(?:[^<&>]|&(?:amp|lt|gt|quot|apos|#\d+);)+)/.exec(
        rest,
      );
    if (token === null) throw new Error(`not well-formed at: ${rest.slice(0, 80)}`);
    const [all, closing, name, attributes, empty] = token;
    rest = rest.slice(all.length);
    if (closing !== undefined) {
      if (open.pop()?.name !== closing) throw new Error(`</${closing}> closes nothing`);
    } else if (name !== undefined) {
      const element: Element = {
        name,
        attributes: Object.fromEntries(
          [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
        ),
        children: [],
        text: '',
      };
      open.at(-1)?.children.push(element);
      if (empty === '') open.push(element);
    } else {
      const inside = open.at(-1);
      if (inside !== undefined) inside.text += all;
    }
  }
  if (open.length !== 1) throw new Error('an element is not closed');
  return root.children[0];
}

describe('the JUnit report', () => {
  it('has one test case per check, and counts that agree with them', () => {
    const view = viewOf(failingFindings());
    const suites = parse(renderJunit(view));
    expect(suites.name).toBe('testsuites');
    const cases = suites.children.flatMap(({ children }) => children.filter(({ name }) => name === 'testcase'));
    expect(cases).toHaveLength(view.checks.length);
    expect(suites.attributes['tests']).toBe(String(view.checks.length));
    const failures = cases.filter(({ children }) => children.some(({ name }) => name === 'failure'));
    expect(failures.length).toBeGreaterThan(0);
    expect(suites.attributes['failures']).toBe(String(failures.length));
    expect(failures).toHaveLength(view.checks.filter(({ status }) => status.outcome === 'fail').length);
    for (const suite of suites.children)
      expect(suite.attributes['tests']).toBe(String(suite.children.filter(({ name }) => name === 'testcase').length));
  });

  it('is what the format documents: elements, attributes, their forms and counts', () => {
    for (const findings of [passingFindings(), failingFindings()]) {
      const view = viewOf(findings);
      expect(junitProblems(parse(renderJunit(view)))).toEqual([]);
      const outcomes = ['fail', 'pass', 'inconclusive', 'incomplete', 'measured', 'not-run'] as const;
      const checks = outcomes.map((outcome) => ({ ...view.checks[0], status: { ...view.checks[0].status, outcome } }));
      expect(junitProblems(parse(renderJunit({ ...view, checks })))).toEqual([]);
    }
  });

  it.each([
    ['<testsuite tests="0"></testsuite>', 'testsuite: name is missing'],
    ['<testsuites tests="1"></testsuites>', 'testsuites, tests: says 1, has 0'],
    ['<testsuites time="soon"></testsuites>', 'testsuites, time: "soon" is no seconds'],
    ['<testsuites verdict="x"></testsuites>', 'testsuites: there is no attribute verdict'],
    [
      '<testsuites><testcase name="a" classname="b"/></testsuites>',
      'testsuites/testcase[0]: not allowed in <testsuites>',
    ],
    ['<testsuite name="a">text</testsuite>', 'testsuite: text between elements'],
    [
      '<testsuite name="a"><testcase name="a" classname="b"><failure/><error/></testcase></testsuite>',
      'testsuite/testcase[0]: more than one result',
    ],
    ['<report/>', 'the root is <report>'],
  ])('is held to a description that refuses %s', (xml, problem) => {
    expect(junitProblems(parse(xml))).toContain(problem);
  });

  it('never takes what cannot be told, or did not run, for a pass', () => {
    const view = viewOf(failingFindings());
    const [check] = view.checks;
    const childOf = (outcome: typeof check.status.outcome): string => {
      const one = { ...view, checks: [{ ...check, status: { ...check.status, outcome } }] };
      const [suite] = parse(renderJunit(one)).children;
      return suite.children.find(({ name }) => name === 'testcase')?.children[0]?.name ?? 'nothing';
    };
    expect(childOf('inconclusive')).toBe('skipped');
    expect(childOf('incomplete')).toBe('error');
    expect(childOf('fail')).toBe('failure');
    expect(childOf('pass')).toBe('system-out');
  });

  it('is well-formed whatever a model or a server says', () => {
    const view = viewOf(failingFindings());
    const checks = view.checks.map((check) => ({ ...check, reason: `${HOSTILE}]]>&"'\uffff`, rule: `<a b="c">\n` }));
    const text = renderJunit({ ...view, checks, target: HOSTILE });
    expect(() => parse(text)).not.toThrow();
    expect(text).not.toContain('<img');
    expect(text).not.toContain('\uffff');
  });
});
