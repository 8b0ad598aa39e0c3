/**
 * The structure rules of CONVENTIONS sections 1, 2 and 8: names, module docstrings, length, and tests that mirror the tree.
 * @module
 */
import ts from 'typescript';
import { roomOf } from './rooms.ts';
import { baseNameOf, folderOf, isCode, isGenerated, segmentsOf, treeOf, type Rule, type Violation } from './source.ts';

const LINES_MAX = 500;
/** Files that are one concept in more than 500 lines, each with the reason. Number tables and golden data are fine. */
const LONG_FILES: Readonly<Record<string, string>> = {};

/** A name that says nothing about what is inside. */
const EMPTY_NAME = /(^|-)(util|utils|utilities|helper|helpers|common|misc|miscellaneous)$/;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** What may stand between a name and its last extension: `tier.property.ts`. */
const KINDS = new Set([
  'test',
  'property',
  'golden',
  'e2e',
  'exhaustive',
  'gguf',
  'browser',
  'bench',
  'generated',
  'd',
  'config',
  'min',
]);

/** Tests of several rooms at once, of the built package, or of the tree itself. */
const TEST_FOLDERS_WITHOUT_MIRROR = ['golden', 'e2e', 'exhaustive', 'gguf', 'bench', 'browser', 'support'];
const TESTS_WITHOUT_MIRROR = new Set(['test/tidy.test.ts', 'test/package.test.ts']);

/** A file or folder is named for what it holds. */
const meaningfulName: Rule = ({ path }) =>
  segmentsOf(path)
    .map((segment) => segment.split('.')[0])
    .filter((stem) => EMPTY_NAME.test(stem))
    .map((stem) => fileViolation('meaningful-name', path, `'${stem}' does not say what it holds`));

/** Files and folders are in kebab-case. */
const kebabCase: Rule = ({ path }) => {
  const folders = segmentsOf(folderOf(path)).filter((segment) => segment !== '' && segment !== '.ci');
  const [stem, ...extensions] = baseNameOf(path).split('.');
  const kinds = extensions.slice(0, -1);
  const odd = [...folders, stem].filter((name) => !KEBAB_CASE.test(name));
  return [
    ...odd.map((name) => fileViolation('kebab-case', path, `'${name}' is not in kebab-case`)),
    ...kinds
      .filter((kind) => !KINDS.has(kind))
      .map((kind) => fileViolation('kebab-case', path, `'.${kind}' is no known kind of file`)),
  ];
};

/** A source file begins by saying what it is. A test says it in its names, a generated file in any first comment. */
const moduleDocstring: Rule = (source) => {
  const { path } = source;
  if (!needsDocstring(path)) return [];
  const comment = firstComment(source.text, treeOf(source));
  if (comment === undefined)
    return [fileViolation('module-docstring', path, 'begin with /** what this file is ... @module */')];
  if (isGenerated(path)) return [];
  if (!/@module\b/.test(comment)) return [fileViolation('module-docstring', path, 'the first comment has no @module')];
  const words = comment.replace(/@module\b.*/, '').match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return words.length >= 3 ? [] : [fileViolation('module-docstring', path, 'the module docstring says nothing')];
};

/** Past 500 lines a file is asked whether it is two concepts. */
const fileLength: Rule = ({ path, text }) => {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (lines <= LINES_MAX || isGenerated(path) || path in LONG_FILES || !isCode(path)) return [];
  return [
    fileViolation(
      'file-length',
      path,
      `${lines} lines: is it two concepts? If not, add it to LONG_FILES with the reason`,
    ),
  ];
};

/**
 * A test mirrors a source file: `test/a/b.test.ts` -> `a/b.ts`, or the folder `a/b/`. A room's door is tested by
 * `test/a/a.test.ts` or `test/a/index.test.ts`, and its registry, member by member, by `test/a/contract.test.ts`. Code that
 * several tests share is in test/support.
 *
 * @param paths - every file of the tree
 */
export function testMirrors(paths: ReadonlySet<string>): Rule {
  const folders = new Set([...paths].map(folderOf));
  return ({ path }) => {
    if (!path.startsWith('test/') || !isCode(path) || TESTS_WITHOUT_MIRROR.has(path)) return [];
    const [, folder] = segmentsOf(path);
    if (TEST_FOLDERS_WITHOUT_MIRROR.includes(folder)) return [];
    const match = /^test\/(.+)\.(test|property)\.ts$/.exec(path);
    if (match === null)
      return [
        fileViolation('test-mirrors', path, 'neither a .test.ts nor a .property.ts: shared code is in test/support'),
      ];
    const mirrored = match[1];
    const stem = baseNameOf(mirrored);
    const isDoor = stem === baseNameOf(folderOf(mirrored)) || stem === 'contract';
    const candidates = ['ts', 'mts', 'mjs', 'js'].map((extension) => `${mirrored}.${extension}`);
    if (isDoor) candidates.push(`${folderOf(mirrored)}/index.ts`);
    if (candidates.some((candidate) => paths.has(candidate)) || folders.has(mirrored)) return [];
    return [fileViolation('test-mirrors', path, `mirrors ${candidates[0]}, which does not exist`)];
  };
}

export const structureRules = { meaningfulName, kebabCase, moduleDocstring, fileLength };

function needsDocstring(path: string): boolean {
  if (!isCode(path)) return false;
  return roomOf(path) !== undefined || path.startsWith('scripts/') || path.startsWith('test/support/');
}

/** The first block comment, when nothing but line comments and a shebang stand before it. */
function firstComment(text: string, tree: ts.SourceFile): string | undefined {
  const start = ts.getShebang(text)?.length ?? 0;
  const comments = ts.getLeadingCommentRanges(text, start) ?? [];
  const first = comments.find(({ kind }) => kind === ts.SyntaxKind.MultiLineCommentTrivia);
  if (first === undefined || first.pos >= tree.end) return undefined;
  const comment = text.slice(first.pos, first.end);
  return comment.startsWith('/**') ? comment : undefined;
}

function fileViolation(rule: string, path: string, detail: string): Violation {
  return { rule, path, line: 1, detail };
}
