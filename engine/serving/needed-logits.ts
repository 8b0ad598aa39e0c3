/**
 * Logits where somebody needs them: the head is the widest product of a step, and a prompt needs its last row alone.
 * @module
 */
import type { Model, StepSequence } from '../model/index.ts';

/**
 * Per sequence the logits of its last rows of the step, from its first needed position on.
 *
 * @param firstNeeded - one position per sequence
 * @param streams - [rows of the step, hcMult * hidden]
 * @returns per sequence [n, vocab] with n >= 0 rows
 */
export function neededLogits(
  model: Model,
  sequences: readonly StepSequence[],
  firstNeeded: readonly number[],
  streams: Float32Array,
): Float32Array[] {
  const { hcMult, hiddenSize, vocabSize } = model.config;
  const width = hcMult * hiddenSize;
  const counts = sequences.map(({ start, count }, i) => Math.max(0, start + count - Math.max(start, firstNeeded[i])));
  const rows = counts.reduce((sum, n) => sum + n, 0);
  if (rows === 0) return counts.map(() => new Float32Array(0));
  const gathered = new Float32Array(rows * width);
  let to = 0;
  counts.forEach((n, i) => {
    const end = sequences[i].from + sequences[i].count;
    gathered.set(streams.subarray((end - n) * width, end * width), to * width);
    to += n;
  });
  const logits = model.head(gathered, rows);
  let from = 0;
  return counts.map((n) => logits.subarray(from * vocabSize, (from += n) * vocabSize));
}
