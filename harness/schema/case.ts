/**
 * Case: one prompt as labelled parts, so that order and truncation perturbations act on meaningful pieces.
 *
 * The prompt of a case is its parts' texts joined by a newline, in file order.
 * @module
 */
import { z } from 'zod';
import { answerRule } from './answer.ts';
import { identifier } from './scalars.ts';

export const partLabel = z.enum([
  'instruction',
  'schema',
  'rule',
  'constraint',
  'exemplar',
  'record',
  'context',
  'query',
]);
export type PartLabel = z.infer<typeof partLabel>;

export const casePart = z.strictObject({
  label: partLabel,
  text: z.string().min(1),
});
export type CasePart = z.infer<typeof casePart>;

export const testCase = z.strictObject({
  id: identifier,
  title: z.string().optional(),
  tags: z.array(identifier).default([]),
  parts: z.array(casePart).min(1),
  answer: answerRule.optional().describe('What of an output is the answer; of what is measured it changes nothing.'),
});
export type Case = z.infer<typeof testCase>;

/** Users write these files, so every version since 1 is accepted and none is rewritten. */
const caseFileVersion = z.literal([1, 2]);

export const caseFile = z.strictObject({
  schemaVersion: caseFileVersion,
  description: z.string().optional(),
  cases: z.array(testCase).min(1),
});
export type CaseFile = z.infer<typeof caseFile>;
