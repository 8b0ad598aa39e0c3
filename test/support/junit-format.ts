/**
 * The JUnit XML format as a strict description: which elements may stand where, which attributes each may and must have, and of what form.
 *
 * There is no official schema of the format. Elements and attributes are those that "Common JUnit XML Format & Examples"
 * (github.com/testmoapp/junitxml, README, "Complete JUnit XML example") documents; counts are those that it defines.
 * @module
 */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Of the element itself, without its children's. */
  readonly text: string;
}

type Form = 'text' | 'count' | 'seconds' | 'time';
const FORMS: Readonly<Record<Form, RegExp>> = {
  text: /^/,
  count: /^\d+$/,
  seconds: /^\d+(\.\d+)?$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/,
};

interface Rule {
  readonly children: readonly string[];
  readonly attributes: Readonly<Record<string, Form>>;
  readonly required: readonly string[];
  readonly hasText: boolean;
}

// prettier-ignore
const TOTALS = { tests: 'count', failures: 'count', errors: 'count', skipped: 'count', assertions: 'count', time: 'seconds', timestamp: 'time' } as const;
const OUTPUTS = ['system-out', 'system-err'];
const RESULTS = ['skipped', 'failure', 'error'];
const leaf = (attributes: Rule['attributes'], required: readonly string[] = []): Rule => ({
  children: [],
  attributes,
  required,
  hasText: true,
});

const RULES: Readonly<Record<string, Rule>> = {
  testsuites: { children: ['testsuite'], attributes: { name: 'text', ...TOTALS }, required: [], hasText: false },
  testsuite: {
    children: ['properties', 'testcase', 'testsuite', ...OUTPUTS],
    attributes: { name: 'text', file: 'text', ...TOTALS },
    required: ['name'],
    hasText: false,
  },
  properties: { children: ['property'], attributes: {}, required: [], hasText: false },
  property: leaf({ name: 'text', value: 'text' }, ['name']),
  testcase: {
    children: ['properties', ...RESULTS, ...OUTPUTS],
    attributes: { name: 'text', classname: 'text', assertions: 'count', time: 'seconds', file: 'text', line: 'count' },
    required: ['name', 'classname'],
    hasText: false,
  },
  skipped: leaf({ message: 'text' }),
  failure: leaf({ message: 'text', type: 'text' }),
  error: leaf({ message: 'text', type: 'text' }),
  'system-out': leaf({}),
  'system-err': leaf({}),
};

/** What is not as the format has it, with its place; [] = valid. */
export function junitProblems(root: XmlElement): string[] {
  const start = root.name === 'testsuites' || root.name === 'testsuite' ? [] : [`the root is <${root.name}>`];
  return [...start, ...problemsOf(root, root.name)];
}

function problemsOf(element: XmlElement, at: string): string[] {
  const rule = Object.hasOwn(RULES, element.name) ? RULES[element.name] : undefined;
  if (rule === undefined) return [`${at}: there is no such element`];
  const { name, attributes, children } = element;
  return [
    ...Object.entries(attributes).flatMap(([key, value]) => {
      const form = Object.hasOwn(rule.attributes, key) ? rule.attributes[key] : undefined;
      if (form === undefined) return [`${at}: there is no attribute ${key}`];
      return FORMS[form].test(value) ? [] : [`${at}, ${key}: ${JSON.stringify(value)} is no ${form}`];
    }),
    ...rule.required.filter((key) => !Object.hasOwn(attributes, key)).map((key) => `${at}: ${key} is missing`),
    ...(rule.hasText || element.text.trim() === '' ? [] : [`${at}: text between elements`]),
    ...(name === 'testcase' && children.filter((child) => RESULTS.includes(child.name)).length > 1
      ? [`${at}: more than one result`]
      : []),
    ...(name === 'testsuites' || name === 'testsuite' ? countProblems(element, at) : []),
    ...children.flatMap((child, index) => {
      const place = `${at}/${child.name}[${index}]`;
      return rule.children.includes(child.name) ? problemsOf(child, place) : [`${place}: not allowed in <${name}>`];
    }),
  ];
}

/** Totals are over all test cases below, in suites of suites too. */
function countProblems(element: XmlElement, at: string): string[] {
  const cases = casesBelow(element);
  const withResult = (result: string): number =>
    cases.filter(({ children }) => children.some(({ name }) => name === result)).length;
  const wanted = {
    tests: cases.length,
    failures: withResult('failure'),
    errors: withResult('error'),
    skipped: withResult('skipped'),
  };
  return Object.entries(wanted).flatMap(([key, count]) => {
    const said = element.attributes[key] as string | undefined;
    return said === undefined || said === String(count) ? [] : [`${at}, ${key}: says ${said}, has ${count}`];
  });
}

function casesBelow({ children }: XmlElement): XmlElement[] {
  return children.flatMap((child) =>
    child.name === 'testcase' ? [child] : child.name === 'testsuite' ? casesBelow(child) : [],
  );
}
