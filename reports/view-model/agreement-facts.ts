/**
 * Agreement, answers and hidden phrases in words.
 * @module
 */
import type { Agreement, AgreementRow, AnswerChanges, DriftRow } from '../../harness/schema/index.ts';
import { counted, estimateInterval, percent, small } from '../number-format.ts';
import type { NamedValue } from '../view.ts';
import { placeOf } from './context.ts';

/** More levels than this are in the findings, and counted here. */
const LEVELS_MAX = 16;

/** `TARr@5 92 % (84 % to 96 %) of 80 requests, unique@5 at most 3, mean 1.1, pairwise 96 %`. */
export function agreementFacts(rows: readonly AgreementRow[]): NamedValue[] {
  return rows.flatMap(({ perturbation, runs, outputs, answers }) => {
    const name = `Agreement over ${runs} runs of ${perturbation}`;
    const text = (kind: 'r' | 'a', one: AgreementRow['outputs']): string =>
      'kind' in one ? `TAR${kind}@${runs} not measured: ${one.why}` : agreementText(kind, runs, one);
    return [{ name, value: `${text('r', outputs)}; ${text('a', answers)}` }];
  });
}

function agreementText(kind: 'r' | 'a', runs: number, one: Agreement): string {
  const { total, requests, unique, pairwise, without } = one;
  const share = total.kind === 'measured' ? percent(total.value) : total.kind;
  const unparsed = without === 0 ? '' : `, ${counted(without, 'output')} without an answer`;
  return (
    `TAR${kind}@${runs} ${share} (${estimateInterval(total, percent)}) of ${counted(requests, 'request')}, ` +
    `unique@${runs} at most ${unique.max}, mean ${small(unique.mean)}, pairwise ${percent(pairwise)}${unparsed}`
  );
}

export function answerFacts(rows: readonly DriftRow[]): NamedValue[] {
  const known = rows.flatMap((row) => {
    // of a level that owes equal bits and changed no answer there is nothing to tell
    const told = row.answers !== undefined && (row.promise === 'drift' || row.answers.changed > 0);
    return told && row.answers !== undefined ? [{ row, answers: row.answers }] : [];
  });
  const facts = known
    .slice(0, LEVELS_MAX)
    .map(({ row, answers }) => ({ name: `Answers at ${placeOf(row)}`, value: answersText(answers) }));
  const left = known.length - facts.length;
  return left === 0 ? facts : [...facts, { name: 'Answers elsewhere', value: counted(left, 'more level') }];
}

/** By length and depth: every cell, since what is asked is where it stops. */
export function retrievalFacts(rows: readonly DriftRow[]): NamedValue[] {
  return rows.flatMap((row) => {
    if (row.retrieval === undefined) return [];
    const { n, found, foundAtReference, share, problem } = row.retrieval;
    const value = `${found} of ${n} found (${estimateInterval(share, percent)}), ${foundAtReference} of ${n} without filler`;
    return [
      {
        name: `Phrase at ${placeOf(row)}`,
        value: problem === undefined ? value : `${value}; not exercised: ${problem}`,
      },
    ];
  });
}

/** `3 of 40 changed (7.5 %, 1.6 % to 20 %); right 30 to 28, 3 right to wrong, 1 wrong to right, McNemar p 0.625`. */
function answersText({ n, changed, changedShare, scored, withoutAtReference, withoutAtLevel }: AnswerChanges): string {
  const share =
    changedShare.kind === 'measured'
      ? `${percent(changedShare.value)}, ${estimateInterval(changedShare, percent)}`
      : '';
  const without =
    withoutAtReference + withoutAtLevel === 0 ? '' : `; without an answer ${withoutAtReference} and ${withoutAtLevel}`;
  const right =
    'kind' in scored
      ? scored.why
      : `right ${scored.rightAtReference} to ${scored.rightAtLevel} of ${scored.n}, ${scored.rightToWrong} right to wrong, ` +
        `${scored.wrongToRight} wrong to right, McNemar p ${small(scored.pValue)}`;
  return `${changed} of ${n} changed (${share})${without}; ${right}`;
}
