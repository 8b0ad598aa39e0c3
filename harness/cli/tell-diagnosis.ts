/**
 * A diagnosis for people: at most 80 columns wide.
 * @module
 */
import type { Diagnosis, DivergenceSite } from '../schema/index.ts';
import type { DiagnosedRow } from './failing-row.ts';
import { oneLine } from './words.ts';

const WIDTH = 78;
const INDENT = '  ';

export function diagnosisLines(diagnosis: Diagnosis, { differ, n }: Pick<DiagnosedRow, 'differ' | 'n'>): string[] {
  const { row, pair, by } = diagnosis;
  return [
    ...wrapped(`${row.axis}, level ${row.level}: ${oneLine(row.label)}`, ''),
    ...wrapped(`${differ} of ${n} compared requests differ; diagnosed in ${by} on case ${pair.caseId}`, INDENT),
    '',
    'Where',
    ...locationLines(diagnosis),
  ];
}

function locationLines({ location, by }: Diagnosis): string[] {
  const { reproduced, firstBitDiff, firstTokenDiff, position, site } = location;
  const token = (index: number | null, name: string): string[] =>
    index === null ? [] : [`first produced token that differs in ${name}: ${index}`];
  const lines = [
    ...(reproduced ? [] : [`The pair was run again and is equal in ${by}: the difference did not come back.`]),
    ...token(firstBitDiff, 'bits of its logits'),
    ...token(firstTokenDiff, 'itself'),
    ...(position === null ? [] : [`computed at position ${position} of the request`]),
    ...siteWords(site),
  ];
  return lines.flatMap((line) => wrapped(line, INDENT));
}

function siteWords(site: DivergenceSite): string[] {
  switch (site.kind) {
    case 'op':
      return [
        `first op that differs: ${site.op}, position ${site.position}${layerWords(site.layer)}`,
        site.inputs.length === 0
          ? 'it has no traced input: the op itself, or a state that no trace shows'
          : `its traced inputs are equal (${site.inputs.join('; ')}): the op itself, or a state that no trace shows`,
      ];
    case 'input-differed':
      return [
        `first op that differs: ${site.op}, position ${site.position}${layerWords(site.layer)}`,
        `not to blame: its input already differed (${site.input})`,
      ];
    case 'none':
      return [`op: none. ${site.why}`];
    case 'unsupported':
      return [`layer and op: unsupported. ${site.why}`];
  }
}

const layerWords = (layer: number | null): string => (layer === null ? '' : `, layer ${layer}`);

/** Lines of at most 78 characters; those that follow the first are set in. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const begun = line.trim() !== '';
    if (begun && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}${INDENT}${word}`;
    } else line += begun ? ` ${word}` : word;
  }
  return [...lines, line];
}
