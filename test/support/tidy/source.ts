/**
 * A source file as the tidy rules see it: a path, its text, and its syntax tree (parsed once, without types).
 *
 * The rules are functions of these values alone, so that each can be shown a small fake file that breaks it.
 * @module
 */
import ts from 'typescript';

export interface Source {
  /** Relative to the repository root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly rule: string;
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** What is wrong and what to do instead. */
  readonly detail: string;
}

/** One rule: what it looks at decides what it returns; nothing else does. */
export type Rule = (source: Source) => Violation[];

export type Visitor = (node: ts.Node) => void;

const trees = new WeakMap<Source, ts.SourceFile>();
const nodeLists = new WeakMap<Source, readonly ts.Node[]>();

/** The syntax tree, empty for what is not code; a file that does not parse as TypeScript (AssemblyScript decorators) still has one. */
export function treeOf(source: Source): ts.SourceFile {
  let tree = trees.get(source);
  if (tree === undefined) {
    const text = isCode(source.path) ? source.text : '';
    tree = ts.createSourceFile(source.path, text, ts.ScriptTarget.ESNext, true, scriptKindOf(source.path));
    trees.set(source, tree);
  }
  return tree;
}

/** Calls `visit` on every node, parents before children. The nodes are listed once: every rule walks every file. */
export function walk(source: Source, visit: Visitor): void {
  let nodes = nodeLists.get(source);
  if (nodes === undefined) {
    const list: ts.Node[] = [];
    const step = (node: ts.Node): void => {
      list.push(node);
      ts.forEachChild(node, step);
    };
    step(treeOf(source));
    nodes = list;
    nodeLists.set(source, nodes);
  }
  for (const node of nodes) visit(node);
}

export function lineOf(source: Source, node: ts.Node): number {
  const tree = treeOf(source);
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** `engine/cache/tier.ts` -> `['engine', 'cache', 'tier.ts']`. */
export const segmentsOf = (path: string): string[] => path.split('/');

export function baseNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function folderOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '' : path.slice(0, cut);
}

export const isCode = (path: string): boolean => /\.(ts|mts|cts|tsx|js|mjs|cjs)$/.test(path);

export const isGenerated = (path: string): boolean => /\.generated\.ts$/.test(path);

function scriptKindOf(path: string): ts.ScriptKind {
  return /\.(js|mjs|cjs)$/.test(path) ? ts.ScriptKind.JS : ts.ScriptKind.TS;
}
