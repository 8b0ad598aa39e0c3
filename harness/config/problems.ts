/**
 * zod issues -> problems in the house's words: where, expected, got, and what to do next. Every issue becomes one problem or more;
 * none is dropped.
 * @module
 */
import type { z } from 'zod';
import { gotText, type Problem } from '../ports/index.ts';
import { nearestName } from './nearest.ts';
import { expectedText, knownKeys, schemaAt, valueAt } from './schema-words.ts';

export interface ParseContext {
  /** Named when the value as a whole is wrong, for example `config`. */
  readonly rootName: string;
  /** Put before each path, for example `cases/a.yaml: `. */
  readonly prefix?: string;
  /** Start of each problem's code, for example `CONFIG`. */
  readonly codePrefix: string;
}

export type Parsed<T> =
  { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Parses a value; on failure gives every problem of it, in the schema's order. */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown, context: ParseContext): Parsed<z.output<S>> {
  const result = schema.safeParse(value);
  if (result.success) return { kind: 'ok', value: result.data };
  return {
    kind: 'problems',
    problems: result.error.issues.flatMap((issue) => problemsOf(issue, schema, value, context)),
  };
}

/** `cases[3].parts[0].text`; keys that are no plain names are quoted in brackets. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[\w$:-]+$/.test(String(key))) text += text === '' ? String(key) : `.${String(key)}`;
    else text += `[${JSON.stringify(String(key))}]`;
  }
  return text;
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType, root: unknown, context: ParseContext): Problem[] {
  const at = (path: readonly PropertyKey[]): string =>
    (context.prefix ?? '') + (path.length === 0 ? context.rootName : pathText(path));
  const node = schemaAt(schema, issue.path, root);
  const got = valueAt(root, issue.path);

  if (issue.code === 'unrecognized_keys') {
    const known = node === null ? [] : knownKeys(node, got);
    return issue.keys.map((key) => unknownKey(at([...issue.path, key]), key, known, context));
  }
  if (issue.code === 'custom' || issue.code === 'invalid_format') {
    const hint: unknown = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
    return [
      {
        code: `${context.codePrefix}_INVALID`,
        at: at(issue.path),
        expected: issue.message,
        got: gotText(got),
        hint: typeof hint === 'string' ? hint : '',
      },
    ];
  }
  if (issue.code === 'invalid_key') {
    const reasons = issue.issues.map((inner) => inner.message).join('; ');
    return [
      {
        code: `${context.codePrefix}_INVALID`,
        at: at(issue.path),
        expected: reasons,
        got: gotText(issue.path.at(-1)),
        hint: '',
      },
    ];
  }
  const expected =
    issue.code === 'invalid_union' && issue.discriminator !== undefined
      ? kindsText(issue)
      : node === null
        ? issue.message
        : expectedText(node);
  const missing = got === undefined;
  return [
    {
      code: missing ? `${context.codePrefix}_MISSING` : `${context.codePrefix}_INVALID`,
      at: at(issue.path),
      expected,
      got: gotText(got),
      hint: hintFor(expected, got),
    },
  ];
}

function unknownKey(at: string, key: string, known: readonly string[], context: ParseContext): Problem {
  const nearest = nearestName(key, known);
  const list = known.length === 0 ? 'no key here' : `one of ${known.join(', ')}`;
  return {
    code: `${context.codePrefix}_UNKNOWN_KEY`,
    at,
    expected: nearest === null ? list : 'a known key',
    got: `the unknown key ${JSON.stringify(key)}`,
    hint: nearest === null ? 'Remove it.' : `Did you mean ${JSON.stringify(nearest)}?`,
  };
}

function kindsText(issue: z.core.$ZodIssueInvalidUnion): string {
  const options = (issue as { readonly options?: readonly unknown[] }).options ?? [];
  const words = options.map((option) => JSON.stringify(option));
  return words.length === 1 ? words[0] : `one of ${words.join(', ')}`;
}

function hintFor(expected: string, got: unknown): string {
  if (typeof got !== 'string') return '';
  if (/^(integer|number)/.test(expected) && got.trim() !== '' && Number.isFinite(Number(got)))
    return 'Write the number without quotes.';
  const choices = [...expected.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  const nearest = choices.length > 0 ? nearestName(got, choices) : null;
  return nearest === null ? '' : `Did you mean ${JSON.stringify(nearest)}?`;
}
