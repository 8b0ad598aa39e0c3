/**
 * Answers: the part of an output that a case's rule names, in one spelling, so that equal answers are equal strings.
 *
 * The rules are small on purpose. An output in which none is found has no answer, which is an outcome of its own and never a right one.
 * @module
 */
import type { AnswerRule } from '../../harness/schema/index.ts';

/** A pattern of the user over a text of a model can backtrack for long; no answer stands further from the end than this. */
const CHARACTERS_MAX = 20_000;
const NUMBER = /[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** Null = no answer found. */
export function parseAnswer(output: string, rule: AnswerRule): string | null {
  const text = output.slice(-CHARACTERS_MAX);
  switch (rule.kind) {
    case 'text':
      return emptyIsNone(text.trim());
    case 'number':
      return lastNumber(text);
    case 'choice':
      return lastChoice(text, rule.letters);
    case 'pattern':
      return lastMatch(text, rule.pattern);
  }
}

/** Null = the rule names no right answer. */
export function isRight(answer: string | null, rule: AnswerRule): boolean | null {
  if (rule.expected === undefined) return null;
  if (answer === null) return false;
  // the right answer in the same spelling as the parsed ones; one that the rule does not find is taken as it stands
  return answer === (parseAnswer(rule.expected, rule) ?? rule.expected);
}

const emptyIsNone = (text: string): string | null => (text === '' ? null : text);

function lastNumber(text: string): string | null {
  const last = text.match(NUMBER)?.at(-1);
  return last === undefined ? null : String(Number(last.replaceAll(',', '')));
}

function lastChoice(text: string, letters: string): string | null {
  const named = [...text.matchAll(new RegExp(`answer(?:\\s+is)?\\s*[:=]?\\s*\\(?([${letters}])(?![A-Za-z])`, 'gi'))].at(
    -1,
  );
  if (named !== undefined) return named[1].toUpperCase();
  // capital letters alone: "a" is a word, and so is "A" before another word
  const alone = [...text.matchAll(new RegExp(`(?<![A-Za-z0-9])([${letters}])(?=[).:,\\]]|\\s*$)`, 'gm'))].at(-1);
  return alone?.[1] ?? null;
}

function lastMatch(text: string, pattern: string): string | null {
  const last = [...text.matchAll(new RegExp(pattern, 'gu'))].at(-1);
  return last === undefined ? null : emptyIsNone((last[1] ?? last[0]).trim());
}
