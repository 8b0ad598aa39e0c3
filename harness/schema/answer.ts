/**
 * Answer rule: what of an output is the answer, and which answer is right. A case may have one; it changes nothing of what is measured.
 *
 * Without a rule an output is text: equal or not. With one, two outputs in other words can be the same answer.
 * @module
 */
import { z } from 'zod';

const expected = z
  .string()
  .min(1)
  .optional()
  .describe('The right answer; absent = answers are compared and not scored.');

const isPattern = (source: string): boolean => {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
};

export const answerRule = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('text').describe('The whole output, without white space around it.'),
    expected,
  }),
  z.strictObject({
    kind: z.literal('number').describe('The last number of the output; 1,234.50 and 1234.5 are the same.'),
    expected,
  }),
  z.strictObject({
    kind: z.literal('choice').describe('A letter: behind the last "answer", else the last that stands alone.'),
    letters: z
      .string()
      .regex(/^[A-Z]{2,26}$/)
      .default('ABCD')
      .describe('The letters of the choices.'),
    expected,
  }),
  z.strictObject({
    kind: z.literal('pattern').describe('The last match of a regular expression: its first group, or all of it.'),
    pattern: z
      .string()
      .min(1)
      .refine(isPattern, { error: 'a regular expression' })
      .describe('A regular expression, with the flag u.'),
    expected,
  }),
]);
export type AnswerRule = z.infer<typeof answerRule>;
