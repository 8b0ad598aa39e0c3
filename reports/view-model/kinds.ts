/**
 * Which determinism, which leakage: in a report neither word stands alone.
 * @module
 */

/** By the first part of an axis. An axis that is not here is called by its own name. */
const KINDS: Readonly<Record<string, string>> = {
  repeat: 'run-to-run',
  'batch-size': 'batch-invariant',
  'row-position': 'batch-invariant',
  'prompt-order': 'order-invariant',
  precision: 'precision-invariant',
  truncation: 'truncation-invariant',
  'chunk-size': 'chunk-invariant',
  restart: 'cross-restart',
  platform: 'cross-platform',
};

/** `['run-to-run', 'batch-invariant']` of axes, in their order, each once. */
export function determinismKinds(axes: readonly string[]): string[] {
  return [...new Set(axes.map((axis) => KINDS[axis.split('/')[0]] ?? axis))];
}

/** What the words of a report mean. */
export const WORDS: readonly { readonly word: string; readonly meaning: string }[] = [
  {
    word: 'PASS',
    meaning:
      'The whole 95 % interval lies inside the bound. It never means "cannot differ": each pass names the failure rate that it still allows (0 of n gives at most 1 − 0.05^(1/n)).',
  },
  {
    word: 'FAIL',
    meaning: 'The whole interval lies outside the bound. Where equality is owed, one counterexample is enough.',
  },
  {
    word: 'INCONCLUSIVE',
    meaning: 'The interval holds the bound, or the counters do not show that the path was exercised. Not a pass.',
  },
  { word: 'INCOMPLETE', meaning: 'Units of the plan have no usable observation; nothing that was seen failed.' },
  { word: 'MEASURED', meaning: 'There is a number, and no bound in the policy to hold it against. Not a pass.' },
  {
    word: 'not measured, not supported, 0',
    meaning:
      'Three different things: nobody looked (or the look was broken), the target cannot give it, and it was looked at and is exactly zero.',
  },
  {
    word: 'axis, level',
    meaning: 'What is varied, and one setting of it. Each level is compared with the reference level of its unit.',
  },
  {
    word: 'bits, tokens, text',
    meaning:
      'Equality of the logits bit by bit, of the token ids, of the text. Equal text is weak evidence of equal tokens, and equal tokens of equal bits.',
  },
  {
    word: 'run-to-run determinism',
    meaning: 'The same request sent again gives the same bits.',
  },
  {
    word: 'batch-invariant determinism',
    meaning: 'A request gives the same bits alone, in a batch of any size, and in any row of it.',
  },
  {
    word: 'order-invariant',
    meaning:
      'The answer does not depend on the order of parts of the prompt that mean the same in any order. Seldom owed; measured as drift.',
  },
  {
    word: 'drift',
    meaning:
      'How far the next-token distribution moves when the prompt or the arithmetic was changed on purpose. The size of a change, not its quality.',
  },
  {
    word: 'KL, in nats',
    meaning:
      'Kullback-Leibler divergence from the reference to the level, per position; mean over positions, interval over cases. 0 = the same distribution.',
  },
  {
    word: 'band',
    meaning:
      'A name for the size of the mean KL, after measured quantisations of llama.cpp: very small (Q8_0), small (Q5_K_M), large (Q3_K_M), very large (IQ3_M).',
  },
  {
    word: 'forced output',
    meaning:
      'The reference’s tokens are scored at the level too (teacher forcing), so that both sides are compared in one context.',
  },
  {
    word: 'cross-request leakage',
    meaning:
      'A request’s logits or output depend on the content of other requests beside or before it. This report says nothing about memorisation, membership, contamination of test data, or PII.',
  },
  {
    word: 'canary',
    meaning: 'A random string planted in one request. In the output of another request it proves a leak of text.',
  },
  {
    word: 'observed, declared, inferred, unknown',
    meaning:
      'How a line of the serving card is known: seen in the target, told by its operator, derived, or not known.',
  },
];
