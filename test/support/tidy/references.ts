/**
 * What an expression refers to, from syntax alone: a global such as `Math`, a member such as `.now`, or a mere name.
 * @module
 */
import ts from 'typescript';
import { walk, type Source } from './source.ts';

const GLOBAL_OBJECTS = new Set(['globalThis', 'window', 'self', 'global']);

/** `x.name`, `x['name']` and `x?.name` -> `name`; undefined for everything else. */
export function memberName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression))
    return node.argumentExpression.text;
  return undefined;
}

/** `x` of `x.name` or `x[...]`. */
export function objectOf(node: ts.Node): ts.Expression | undefined {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) ? node.expression : undefined;
}

/** The node means the global of that name: `Math` or `globalThis.Math`, unless the file declares a `Math` of its own. */
export function isGlobal(source: Source, node: ts.Node | undefined, name: string): boolean {
  if (node === undefined) return false;
  if (ts.isIdentifier(node)) return node.text === name && !isName(node) && !declaredNames(source).has(name);
  const object = objectOf(node);
  return (
    memberName(node) === name && object !== undefined && ts.isIdentifier(object) && GLOBAL_OBJECTS.has(object.text)
  );
}

/** The global is used as a value: not called, constructed, compared with `instanceof`, or asked for a member. */
export function isBareGlobal(source: Source, node: ts.Node, name: string): boolean {
  if (!isGlobal(source, node, name)) return false;
  const { parent } = node;
  if (objectOf(parent) === node) return false;
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression === node) return false;
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword) return false;
  return !ts.isTypeOfExpression(parent);
}

/** The identifier names a member, a declaration or a type; it does not read a variable. */
function isName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isShorthandPropertyAssignment(parent)) return false;
  if (ts.isTypeReferenceNode(parent) || ts.isTypeQueryNode(parent) || ts.isQualifiedName(parent)) return true;
  if (ts.isBindingElement(parent)) return parent.name === node || parent.propertyName === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isImportClause(parent)) return true;
  const named = parent as ts.Node & { readonly name?: ts.Node };
  return named.name === node;
}

const declared = new WeakMap<Source, ReadonlySet<string>>();

/** Names that the file declares itself, anywhere; an import is not a declaration of its own. */
function declaredNames(source: Source): ReadonlySet<string> {
  let names = declared.get(source);
  if (names === undefined) {
    const found = new Set<string>();
    walk(source, (node) => {
      const isDeclaration =
        ts.isVariableDeclaration(node) ||
        ts.isParameter(node) ||
        ts.isFunctionDeclaration(node) ||
        ts.isClassDeclaration(node) ||
        ts.isBindingElement(node);
      if (isDeclaration && node.name !== undefined && ts.isIdentifier(node.name)) found.add(node.name.text);
    });
    names = found;
    declared.set(source, names);
  }
  return names;
}
