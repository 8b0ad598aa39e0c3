/** View model: a run's records as one view, which every report format renders. @module */
import type { View } from '../view.ts';
import { visibleDeep } from '../visible-text.ts';
import { bannerOf } from './banner.ts';
import { baselineSections } from './baseline-section.ts';
import { cacheTimingSections } from './cache-timing-section.ts';
import { createContext, type ViewInput } from './context.ts';
import { determinismCard, determinismSection } from './determinism-section.ts';
import { divergencesOf } from './divergences.ts';
import { diagnosisSections } from './diagnosis-section.ts';
import { driftCard, driftSection } from './drift-section.ts';
import { WORDS } from './kinds.ts';
import { leakageCard, leakageSection } from './leakage-section.ts';
import { matrixOf } from './matrix.ts';
import { profileSections } from './profile-section.ts';
import { capabilitiesOf, checksOf, manifestOf, unitsOf, waiversOf } from './record.ts';

export type { UnitSummary, ViewInput } from './context.ts';
export { statusOf } from './statuses.ts';

/** A function of the run's records alone: equal records, equal view. Every text in it is safe to show. */
export function buildView(input: ViewInput): View {
  const context = createContext(input);
  const { manifest } = input;
  return visibleDeep({
    viewVersion: 1 as const,
    runId: manifest.runId,
    createdAt: manifest.createdAt,
    evenkeelVersion: manifest.evenkeelVersion,
    target: manifest.target.id,
    banner: bannerOf(context),
    cards: [determinismCard(context), driftCard(context), leakageCard(context)],
    matrix: matrixOf(context),
    sections: [
      determinismSection(context),
      driftSection(context),
      leakageSection(context),
      ...cacheTimingSections(context),
      ...baselineSections(context),
      ...diagnosisSections(context),
      ...profileSections(context),
    ],
    divergences: divergencesOf(context),
    checks: checksOf(context),
    waivers: waiversOf(context),
    invariants: input.verdict.invariants.map(({ knob, text, ...kept }) => ({ name: knob, value: text, ...kept })),
    units: unitsOf(context),
    servingCard: manifest.target.card,
    capabilities: capabilitiesOf(context),
    manifest: manifestOf(context),
    words: WORDS,
  });
}
