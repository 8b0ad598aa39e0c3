/**
 * Flips in words: how many first differing tokens were near ties, and the noise that they are held against.
 * @module
 */
import type { DeterminismRow, TokenFlips } from '../../harness/schema/index.ts';
import { counted, small } from '../number-format.ts';
import type { NamedValue } from '../view.ts';
import { placeOf } from './context.ts';

/** More levels than this are in the findings, and counted here. */
const LEVELS_MAX = 16;

export function flipFacts(rows: readonly DeterminismRow[]): NamedValue[] {
  const flipped = rows.flatMap((row) => (row.flips === undefined ? [] : [{ row, flips: row.flips }]));
  const facts = flipped.slice(0, LEVELS_MAX).map(({ row, flips }) => ({
    name: `Flips at ${placeOf(row)}`,
    value: flipText(flips),
  }));
  const left = flipped.length - facts.length;
  return left === 0 ? facts : [...facts, { name: 'Flips elsewhere', value: `${counted(left, 'more level')}` }];
}

/** `9 near ties, 2 hard, 1 unknown; margin 0.03 (median), 0.4 (most); noise 0.02 nats, from the repeats`. */
function flipText({ benign, hard, unknown, noise, marginNats }: TokenFlips): string {
  const margin =
    marginNats === null
      ? 'margin not known'
      : `margin ${small(marginNats.p50)} (median), ${small(marginNats.max)} (most)`;
  const against =
    'kind' in noise
      ? `noise not measured: ${noise.why}`
      : `noise ${small(noise.nats)} nats, ${noise.from === 'repeat' ? 'from the repeats' : 'from this level alone, since there are no repeats'}`;
  return `${counted(benign, 'near tie')}, ${hard} hard, ${unknown} unknown; ${margin}; ${against}`;
}
