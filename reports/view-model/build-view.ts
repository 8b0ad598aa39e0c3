/**
 * Records -> view. Pure: the same records give the same view, byte for byte.
 * @module
 */
import type { Check } from '../../harness/schema/index.ts';
import { counted } from '../number-format.ts';
import type { CheckRow, View } from '../view.ts';
import { visibleDeep } from '../visible-text.ts';
import { bannerOf } from './banner.ts';
import { createContext, placeOf, type Context, type ViewInput } from './context.ts';
import { determinismCard, determinismSection } from './determinism-section.ts';
import { divergenceGroups } from './divergences.ts';
import { driftCard, driftSection } from './drift-section.ts';
import { WORDS } from './kinds.ts';
import { leakageCard, leakageSection } from './leakage-section.ts';
import { capabilityLines, manifestLines } from './manifest-lines.ts';
import { matrixBands } from './matrix.ts';
import { statusOf } from './statuses.ts';
import { unitsView } from './units.ts';

/**
 * Makes what every report renders. No text in it holds control, ANSI or bidi characters, whatever a model or a case file said.
 */
export function buildView(input: ViewInput): View {
  const context = createContext(input);
  const { manifest } = input;
  return visibleDeep({
    viewVersion: 1,
    runId: manifest.runId,
    createdAt: manifest.createdAt,
    evenkeelVersion: manifest.evenkeelVersion,
    target: manifest.target.id,
    banner: bannerOf(context),
    cards: [determinismCard(context), driftCard(context), leakageCard(context)],
    matrix: matrixBands(context),
    sections: [determinismSection(context), driftSection(context), leakageSection(context)],
    divergences: divergenceGroups(context),
    checks: checkRows(context),
    units: unitsView(input),
    servingCard: manifest.target.card.map(({ name, value, source }) => ({ name, value, source })),
    capabilities: capabilityLines(manifest),
    manifest: manifestLines(manifest),
    words: WORDS,
  });
}

/** Broken checks first, then undecided ones; in each the order of the gate. */
function checkRows(context: Context): CheckRow[] {
  const { checks } = context.verdict;
  const order: readonly Check['outcome'][] = ['fail', 'inconclusive', 'pass'];
  return order.flatMap((outcome) =>
    checks.filter((check) => check.outcome === outcome).map((check) => checkRow(check, context)),
  );
}

function checkRow(check: Check, context: Context): CheckRow {
  const rows = context.findings[check.report];
  const row = rows.find(({ axis, level }) => axis === check.axis && level === check.level);
  return {
    rowId: row === undefined ? null : context.rowId(check.report, row),
    report: check.report,
    place: placeOf(check),
    rule: check.rule,
    observed: check.observed,
    status: statusOf(check.outcome),
    reason: check.reason,
    needed: check.comparisonsNeeded === null ? '' : counted(check.comparisonsNeeded, 'comparison'),
  };
}
