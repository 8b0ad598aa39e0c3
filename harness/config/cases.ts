/**
 * Loading case files (YAML or JSON): one list of cases, or one message with every problem of every file.
 * @module
 */
import { resolve } from 'node:path';
import { ConfigError, type Problem } from '../ports/index.ts';
import { caseFile, type Case } from '../schema/index.ts';
import { parseWith, pathText } from './problems.ts';
import { readDataFile } from './read.ts';

export interface LoadCasesOptions {
  /** What the paths are relative to: the folder of the config file. */
  readonly directory: string;
  /** Keep only the first cases; null keeps all. Every case is checked, kept or not. */
  readonly limit: number | null;
}

/**
 * All cases of all files, in file order.
 *
 * @param paths - as written in the config; messages use them
 * @throws ConfigError with every problem over all files; ids are unique over all files
 */
export function loadCases(paths: readonly string[], options: LoadCasesOptions): Case[] {
  const problems: Problem[] = [];
  const cases: Case[] = [];
  const firstPlaces = new Map<string, string>();
  for (const path of paths) {
    let content: unknown;
    try {
      content = readDataFile(resolve(options.directory, path), { codePrefix: 'CASES', name: path });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      continue;
    }
    problems.push(...duplicateIds(content, path, firstPlaces));
    if (content === null || content === undefined) {
      problems.push({
        code: 'CASES_FILE_EMPTY',
        at: path,
        expected: 'a mapping with schemaVersion and cases',
        got: 'an empty file',
        hint: 'Write at least one case, or take the file out of the config.',
      });
      continue;
    }
    const parsed = parseWith(caseFile, content, { rootName: 'file', prefix: `${path}: `, codePrefix: 'CASES' });
    if (parsed.kind === 'problems') problems.push(...parsed.problems);
    else cases.push(...parsed.value.cases);
  }
  if (problems.length > 0) throw new ConfigError(problems, { subject: 'cases' });
  return options.limit === null ? cases : cases.slice(0, options.limit);
}

/** Looks at the raw content, so that a duplicate is told even when the file has other problems. */
function duplicateIds(content: unknown, path: string, firstPlaces: Map<string, string>): Problem[] {
  const problems: Problem[] = [];
  for (const [index, id] of rawIds(content).entries()) {
    if (id === null) continue;
    const place = `${path}: ${pathText(['cases', index, 'id'])}`;
    const first = firstPlaces.get(id);
    if (first === undefined) firstPlaces.set(id, place);
    else
      problems.push({
        code: 'CASES_DUPLICATE_ID',
        at: place,
        expected: 'an id that no other case has',
        got: JSON.stringify(id),
        hint: `It is also at ${first}.`,
      });
  }
  return problems;
}

function rawIds(content: unknown): (string | null)[] {
  if (typeof content !== 'object' || content === null || !('cases' in content) || !Array.isArray(content.cases))
    return [];
  return content.cases.map((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'id' in entry && typeof entry.id === 'string' ? entry.id : null,
  );
}
