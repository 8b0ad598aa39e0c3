/**
 * The diagnosis of a failing row, where one was made: where the two sides part, which factor moves them, and how small the reproducer is.
 * @module
 */
import type { Diagnosis, FactorShare } from '../../harness/schema/index.ts';
import { count, counted, estimateInterval, estimateValue, percent } from '../number-format.ts';
import type { Column, Figure, NamedValue, RowGroup, Section } from '../view.ts';
import { cell, column, linkId, placeOf, type Context } from './context.ts';
import { statusOf } from './statuses.ts';

/** Interactions that are shown; the others stand in diagnosis.json. */
const EFFECTS_MAX = 12;

const COLUMNS: readonly Column[] = [
  column('factor', 'Factor', 'start', 'factor', 'A setting that the two sides do not share, alone or with others.'),
  column(
    'share',
    'Share',
    'end',
    'share',
    'Of the variance between the cells; for a factor its Shapley effect, interval over cases below.',
  ),
  column('first', 'Alone', 'end', 'alone', 'First-order share: without interactions.'),
  column('total', 'With interactions', 'end', null, 'Total share; not known in a fractional design.'),
  column('p', 'p-value', 'end', null, 'Type-II analysis of variance.'),
];

/** Empty where nothing was diagnosed. */
export function diagnosisSections({ diagnosis }: Context): Section[] {
  if (diagnosis === null) return [];
  return [
    {
      report: 'diagnosis',
      title: `Diagnosis of ${placeOf(diagnosis.row)}`,
      status: statusOf('measured'),
      headline: headlineOf(diagnosis),
      what: 'Made by running one differing pair again with more and fewer settings. It explains that pair and its cases; a factor that was not varied is not in it.',
      tiles: [],
      table: {
        id: 'diagnosis-rows',
        caption: `What moves ${diagnosis.attribution.kind === 'measured' ? diagnosis.attribution.response : 'the output'}`,
        columns: COLUMNS,
        groups: groupsOf(diagnosis),
      },
      facts: factsOf(diagnosis),
      figures: shapleyFigure(diagnosis),
      evidence: [],
    },
  ];
}

function headlineOf({ pair, location, by }: Diagnosis): string {
  if (!location.reproduced)
    return `Request ${pair.requestId} of unit ${pair.unitId} did not differ when it was run again.`;
  const { site } = location;
  const layer = (at: number | null): string => (at === null ? '' : `, layer ${at}`);
  const where = (): string => {
    switch (site.kind) {
      case 'op':
        return `The two sides part at ${site.op}${layer(site.layer)}, position ${site.position}, from equal inputs.`;
      case 'input-differed':
        return `At ${site.op}${layer(site.layer)}, position ${site.position}, the input ${site.input} differed already: the op is not to blame.`;
      case 'none':
      case 'unsupported':
        return `Where they part inside the model is not known: ${site.why}.`;
    }
  };
  return `Request ${pair.requestId} differs in ${by}. ${where()}`;
}

function groupsOf({ attribution }: Diagnosis): RowGroup[] {
  if (attribution.kind !== 'measured') return [];
  const interactions = attribution.effects.filter(({ factors }) => factors.length > 1);
  const groups: RowGroup[] = [
    {
      title: 'Factors',
      note: `${attribution.design} factorial design, ${counted(attribution.cells, 'cell')}, ${counted(attribution.cases, 'case')}; the shares sum to 100 %.`,
      collapsed: false,
      rows: attribution.factors.map(({ id, label, share, firstOrder, total }) => ({
        id: linkId('diagnosis', id),
        status: statusOf('measured'),
        cells: [
          cell(id, label),
          cell(estimateValue(share, percent), estimateInterval(share, percent)),
          cell(percent(firstOrder)),
          cell(total === null ? 'not known' : percent(total)),
          cell(pValueOf(attribution.effects.find(({ factors }) => factors.length === 1 && factors[0] === id)?.pValue)),
        ],
        notes: [],
      })),
    },
    {
      title: 'Interactions',
      note: interactions.length > EFFECTS_MAX ? `The ${EFFECTS_MAX} largest of ${count(interactions.length)}.` : '',
      collapsed: false,
      rows: interactions.slice(0, EFFECTS_MAX).map(({ factors, share, pValue, aliases }) => ({
        id: linkId('diagnosis', ...factors),
        status: statusOf('measured'),
        cells: [
          cell(
            factors.join(' × '),
            aliases.length === 0 ? '' : `not told from ${aliases.map((one) => one.join(' × ')).join(', ')}`,
          ),
          cell(percent(share)),
          cell('–'),
          cell('–'),
          cell(pValueOf(pValue)),
        ],
        notes: [],
      })),
    },
  ];
  return groups.filter(({ rows }) => rows.length > 0);
}

const pValueOf = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value < 1e-4 ? '< 1e-4' : String(Number(value.toPrecision(2)));

function factsOf({ pair, location, attribution, reproducer }: Diagnosis): NamedValue[] {
  const site = location.site.kind === 'op' ? `inputs that are equal: ${location.site.inputs.join(', ')}` : '';
  return [
    { name: 'Pair', value: `request ${pair.requestId}, case ${pair.caseId}, unit ${pair.unitId}` },
    {
      name: 'First difference',
      value: [
        location.firstBitDiff === null ? 'bits: none seen' : `bits at output token ${location.firstBitDiff}`,
        location.firstTokenDiff === null ? 'tokens: none' : `tokens at output token ${location.firstTokenDiff}`,
        ...(site === '' ? [] : [site]),
      ].join('; '),
    },
    ...(attribution.kind === 'measured' ? [] : [{ name: 'Factors', value: `not measured: ${attribution.why}` }]),
    reproducer.kind === 'written'
      ? {
          name: 'Reproducer',
          value: `${reproducer.file}: ${counted(reproducer.elements.length, 'element')} of ${count(reproducer.elementsBefore)}, ${reproducer.minimality}`,
        }
      : { name: 'Reproducer', value: `not written: ${reproducer.why}` },
    ...(reproducer.kind === 'written'
      ? reproducer.elements.map((element) => ({ name: 'Needs', value: element.label }))
      : []),
  ];
}

function shapleyFigure({ attribution }: Diagnosis): Figure[] {
  if (attribution.kind !== 'measured') return [];
  const shareOf = ({ share }: FactorShare): number => (share.kind === 'measured' ? share.value : 0);
  const factors = attribution.factors.filter(({ share }) => share.kind === 'measured');
  if (factors.length === 0) return [];
  const rest = (pick: FactorShare): number => Math.max(0, shareOf(pick) - pick.firstOrder);
  return [
    {
      kind: 'stacked-bars',
      id: 'shapley-effects',
      title: `Who moves it: Shapley effects on ${attribution.response}`,
      caption:
        'Share of the variance that each factor answers for; solid = alone, the rest is its part of interactions. Two long second parts = the two act only together.',
      categories: factors.map(
        (factor) => `${factor.label} (${estimateInterval(factor.share, percent) || 'no interval'})`,
      ),
      series: [
        {
          name: 'alone',
          role: 'owed',
          values: factors.map((factor) => Math.min(shareOf(factor), factor.firstOrder) * 100),
        },
        { name: 'in interactions', role: 'free', values: factors.map((factor) => rest(factor) * 100) },
      ],
      xTitle: 'share of variance, %',
    },
  ];
}
