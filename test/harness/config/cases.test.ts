import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCases } from '../../../harness/config/index.ts';
import { ConfigError } from '../../../harness/ports/index.ts';
import { promptText } from '../../../perturbations/index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-cases-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return name;
};
const file = (...ids: string[]): string =>
  `schemaVersion: 1\ncases:\n${ids.map((id) => `  - id: ${id}\n    parts: [{ label: query, text: Go }]\n`).join('')}`;

function problemLines(...paths: string[]): string[] {
  try {
    loadCases(paths, { directory, limit: null });
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('loadCases', () => {
  it('joins YAML and JSON files in their order', () => {
    write('a.yaml', file('one', 'two'));
    write(
      'b.json',
      JSON.stringify({ schemaVersion: 1, cases: [{ id: 'three', parts: [{ label: 'query', text: 'Go' }] }] }),
    );
    const cases = loadCases(['a.yaml', 'b.json'], { directory, limit: null });
    expect(cases.map((testCase) => testCase.id)).toEqual(['one', 'two', 'three']);
    expect(cases[0]).toEqual({ id: 'one', tags: [], parts: [{ label: 'query', text: 'Go' }] });
  });

  it('keeps the first cases up to the limit', () => {
    write('a.yaml', file('one', 'two'));
    write('b.yaml', file('three'));
    const ids = (limit: number) => loadCases(['a.yaml', 'b.yaml'], { directory, limit }).map((testCase) => testCase.id);
    expect(ids(1)).toEqual(['one']);
    expect(ids(9)).toEqual(['one', 'two', 'three']);
  });

  it('tells every problem of every file in one message', () => {
    write('good.yaml', file('one', 'two'));
    write('again.yaml', file('two', 'new', 'new'));
    write('empty.yaml', '# nothing\n');
    write('empty.json', '');
    write('no-cases.yaml', 'schemaVersion: 1\ncases: []\n');
    write('broken.json', '{');
    mkdirSync(join(directory, 'folder.yaml'));
    write(
      'types.yaml',
      'schemaVersion: 3\nextra: 1\ncases:\n  - id: Bad Id\n    parts: []\n  - id: one\n    parts: [{ label: rules, text: 3 }]\n  - 7\n',
    );
    const lines = problemLines(
      'good.yaml',
      'missing.yaml',
      'again.yaml',
      'empty.yaml',
      'empty.json',
      'no-cases.yaml',
      'broken.json',
      'folder.yaml',
      'types.yaml',
    );
    const expected = [
      'cases: 16 problems',
      'missing.yaml: expected a file that can be read, got no such file. Check the path; it is relative to the config file.',
      'again.yaml: cases[0].id: expected an id that no other case has, got "two". It is also at good.yaml: cases[1].id.',
      'again.yaml: cases[2].id: expected an id that no other case has, got "new". It is also at again.yaml: cases[1].id.',
      'empty.yaml: expected a mapping with schemaVersion and cases, got an empty file. Write at least one case, or take the file out of the config.',
      'empty.json: expected a mapping with schemaVersion and cases, got an empty file. Write at least one case, or take the file out of the config.',
      'no-cases.yaml: cases: expected list of a mapping, at least 1, got an empty list.',
    ];
    expect(lines.slice(0, 7)).toEqual(expected);
    expect(lines[7]).toMatch(/^broken\.json: expected valid JSON, got /);
    expect(lines[8]).toMatch(/^folder\.yaml: expected a file that can be read, got EISDIR/);
    expect(lines.slice(9)).toEqual([
      'types.yaml: cases[1].id: expected an id that no other case has, got "one". It is also at good.yaml: cases[0].id.',
      'types.yaml: schemaVersion: expected one of 1, 2, got 3.',
      'types.yaml: cases[0].id: expected an id of at most 80 characters: a-z, 0-9, ".", "_", "-", starting with a-z or 0-9, got "Bad Id".',
      'types.yaml: cases[0].parts: expected list of a mapping, at least 1, got an empty list.',
      'types.yaml: cases[1].parts[0].label: expected one of "instruction", "schema", "rule", "constraint", "exemplar", "record", "context", "query", got "rules". Did you mean "rule"?',
      'types.yaml: cases[1].parts[0].text: expected text that is not empty, got 3.',
      'types.yaml: cases[2]: expected a mapping, got 7.',
      'types.yaml: extra: expected one of schemaVersion, description, cases, got the unknown key "extra". Remove it.',
    ]);
  });

  it('refuses one file named twice', () => {
    write('a.yaml', file('one'));
    expect(problemLines('a.yaml', 'a.yaml')[1]).toContain('It is also at a.yaml: cases[0].id.');
  });
});

describe('examples/cases/synthetic-data.yaml', () => {
  const cases = loadCases(['examples/cases/synthetic-data.yaml'], {
    directory: join(import.meta.dirname, '../../..'),
    limit: null,
  });
  const sizeBytes = (parts: Parameters<typeof promptText>[0]): number =>
    new TextEncoder().encode(promptText(parts)).length;

  it('has 24 short structured cases with at least two rules and two exemplars', () => {
    const short = cases.filter((testCase) => testCase.parts.every((part) => part.label !== 'context'));
    expect(short).toHaveLength(24);
    for (const { id, parts } of short) {
      const count = (label: string): number =>
        new Set(parts.filter((part) => part.label === label).map((part) => part.text)).size;
      expect(count('rule'), id).toBeGreaterThanOrEqual(2);
      expect(count('exemplar'), id).toBeGreaterThanOrEqual(2);
      expect(parts.at(-1)?.label, id).toBe('query');
      expect(sizeBytes(parts), id).toBeGreaterThanOrEqual(240);
      expect(sizeBytes(parts), id).toBeLessThanOrEqual(420);
    }
  });

  it('has 4 long-context cases of 530 to 600 bytes, past the 512 positions of the YaRN of v4-tiny', () => {
    const long = cases.filter((testCase) => testCase.parts.some((part) => part.label === 'context'));
    expect(long).toHaveLength(4);
    for (const { id, parts } of long) {
      expect(sizeBytes(parts), id).toBeGreaterThanOrEqual(530);
      expect(sizeBytes(parts), id).toBeLessThanOrEqual(600);
    }
  });

  it('has text beyond ASCII', () => {
    const all = cases.map((testCase) => promptText(testCase.parts)).join('\n');
    for (const needle of ['é', '–', '日本']) expect(all).toContain(needle);
  });
});
