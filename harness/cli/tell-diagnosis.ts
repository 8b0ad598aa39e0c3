/**
 * A diagnosis for people: at most 80 columns wide.
 * @module
 */
import type { Diagnosis, DivergenceSite, FactorShare } from '../schema/index.ts';
import type { DiagnosedRow } from './failing-row.ts';
import { counted, oneLine } from './words.ts';

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
    '',
    'What',
    ...attributionLines(diagnosis.attribution),
    '',
    'Smallest',
    ...reproducerLines(diagnosis.reproducer),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const BAR = 20;
const LABEL = 34;
/** Interactions that are told; the others stand in diagnosis.json. */
const EFFECTS_SHOWN = 5;

function attributionLines(attribution: Diagnosis['attribution']): string[] {
  if (attribution.kind === 'not-measured') return wrapped(`not measured: ${attribution.why}`, INDENT);
  const { factors, effects, cells, cases, design, response } = attribution;
  const labels = new Map(factors.map(({ id, label }) => [id, label]));
  const rows = [...factors]
    .sort((a, b) => shareOf(b) - shareOf(a))
    .map((factor) => {
      const value = shareOf(factor);
      const { share } = factor;
      const interval =
        share.kind === 'measured' && share.low !== null && share.high !== null
          ? `  ${percent(share.low)} to ${percent(share.high)}`
          : '';
      const bar = '█'.repeat(Math.round(value * BAR)).padEnd(BAR, '·');
      return `${INDENT}${fitted(oneLine(factor.label), LABEL)} ${percent(value).padStart(5)} ${bar}${interval}`;
    });
  const told = effects.slice(0, EFFECTS_SHOWN).map(({ factors: ids, share, aliases }) => {
    const names = ids.map((id) => oneLine(labels.get(id) ?? id)).join(' x ');
    const others = aliases.length === 0 ? '' : ` (or ${counted(aliases.length, 'other interaction')})`;
    return `${percent(share).padStart(5)} ${names}${others}`;
  });
  const kind = factors.some(({ share }) => share.kind === 'measured') ? 'Shapley effects' : 'main effects';
  return [
    ...wrapped(
      `${kind} on ${response}; ${design} design, ${counted(cells, 'cell')}, ${counted(cases, 'case')}`,
      INDENT,
    ),
    ...rows,
    `${INDENT}effects:`,
    ...told.flatMap((line) => wrapped(line, INDENT)),
  ];
}

const shareOf = ({ share, firstOrder }: FactorShare): number => (share.kind === 'measured' ? share.value : firstOrder);

function fitted(text: string, width: number): string {
  return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
}

/** Tokens are told as one text. */
function reproducerLines(reproducer: Diagnosis['reproducer']): string[] {
  if (reproducer.kind === 'not-measured') return wrapped(`not measured: ${reproducer.why}`, INDENT);
  const { elements, elementsBefore, minimality, probes, file } = reproducer;
  const tokens = elements.filter(({ kind }) => kind === 'token');
  const { made, budget, trials, undecided } = probes;
  const lines = [
    `${elements.length} of ${counted(elementsBefore, 'element')} left, ${counted(made, 'probe')} (${counted(trials, 'trial')})`,
    minimality === 'one-minimal'
      ? 'minimal: without any single one of them this difference is gone'
      : `not known to be minimal: the budget of ${counted(budget, 'probe')} is spent (--budget)`,
    ...(undecided === 0 ? [] : [`${counted(undecided, 'probe')} did not decide; they count as no difference`]),
    ...elements.filter(({ kind }) => kind !== 'token').map(({ kind, label }) => `- ${kind}: ${oneLine(label)}`),
    ...(tokens.length === 0 ? [] : [`- ${counted(tokens.length, 'token')} of the prompt`]),
    `${file}; run it with: evenkeel replay ${file}`,
  ];
  return lines.flatMap((line) => wrapped(line, INDENT));
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
