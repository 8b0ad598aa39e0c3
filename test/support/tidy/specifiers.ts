/**
 * Every place where a file names another module: static, side-effect, re-export, dynamic, `import x = require()`, `require()`,
 * `require.resolve()`, `import.meta.resolve()`, `import('...')` in a type, and `new URL('...', import.meta.url)` (how a worker or
 * an asset is named).
 * @module
 */
import ts from 'typescript';
import { lineOf, segmentsOf, folderOf, walk, type Source } from './source.ts';

export interface Specifier {
  /** As written; null when it is computed, so that nobody can say what is imported. */
  readonly text: string | null;
  readonly line: number;
  /** Names taken from the module: `['randomBytes']`; `['*']` for a namespace, `['default']` for a default import. */
  readonly names: readonly string[];
  /** `url` for `new URL(..., import.meta.url)`: a file is named, not imported. */
  readonly kind: 'import' | 'url';
}

/** Calls that turn a module's name into a path: as much a dependency as an import. */
const RESOLVERS = new Set(['require.resolve', 'import.meta.resolve']);

export function specifiersOf(source: Source): Specifier[] {
  const found: Specifier[] = [];
  const add = (
    node: ts.Node,
    named: ts.Node | undefined,
    names: readonly string[],
    kind: Specifier['kind'] = 'import',
  ) => found.push({ text: named !== undefined ? literalOf(named) : null, line: lineOf(source, node), names, kind });
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, importedNames(node));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node, node.moduleSpecifier, exportedNames(node));
    else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference))
      add(node, node.moduleReference.expression, ['*']);
    else if (ts.isImportTypeNode(node))
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, ['*']);
    else if (ts.isCallExpression(node) && isImportCall(node)) add(node, node.arguments[0], ['*']);
    else if (ts.isNewExpression(node) && isUrlBesideModule(node)) {
      const named = node.arguments?.[0];
      // a computed URL is a path of the caller's choice, and a folder is a place to look: only a named file can be checked
      if (named !== undefined && /\.\w+$/.test(literalOf(named) ?? '')) add(node, named, [], 'url');
    }
  });
  return found;
}

/** The path that a relative specifier names, relative to the repository root; null when it leaves it. */
export function resolveRelative(fromPath: string, specifier: string): string | null {
  const segments = folderOf(fromPath) === '' ? [] : segmentsOf(folderOf(fromPath));
  for (const part of specifier.split('?')[0].split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') segments.push(part);
    else if (segments.pop() === undefined) return null;
  }
  return segments.join('/');
}

export const isRelative = (specifier: string): boolean => /^\.{0,2}\//.test(specifier) || /^\.{1,2}$/.test(specifier);

/** `chart.js/auto` -> `chart.js`; `@scope/name/deep` -> `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function literalOf(node: ts.Node): string | null {
  return ts.isStringLiteralLike(node) ? node.text : null;
}

function isImportCall(call: ts.CallExpression): boolean {
  const { expression } = call;
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(expression)) return expression.text === 'require';
  return RESOLVERS.has(expression.getText());
}

function isUrlBesideModule(node: ts.NewExpression): boolean {
  const base = node.arguments?.[1];
  return ts.isIdentifier(node.expression) && node.expression.text === 'URL' && base?.getText() === 'import.meta.url';
}

function importedNames(node: ts.ImportDeclaration): string[] {
  const clause = node.importClause;
  if (clause === undefined) return [];
  const names = clause.name === undefined ? [] : ['default'];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, '*'];
  return [...names, ...bindings.elements.map((element) => (element.propertyName ?? element.name).text)];
}

function exportedNames(node: ts.ExportDeclaration): string[] {
  if (node.exportClause === undefined || !ts.isNamedExports(node.exportClause)) return ['*'];
  return node.exportClause.elements.map((element) => (element.propertyName ?? element.name).text);
}
