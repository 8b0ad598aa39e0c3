/**
 * The serving configuration, the serving-time invariants and the checks as JSON, for a model card that machines read.
 * @module
 */
import { modelCard, SCHEMA_VERSION, type ModelCard } from '../../harness/schema/index.ts';
import type { View } from '../view.ts';

export function renderModelCard(view: View): string {
  const { banner, checks, invariants } = view;
  // the schema gives the order of the keys, and lets nothing through that it would refuse to read again
  const card: ModelCard = modelCard.parse({
    schemaVersion: SCHEMA_VERSION,
    runId: view.runId,
    createdAt: view.createdAt,
    evenkeelVersion: view.evenkeelVersion,
    target: view.target,
    servingConfiguration: view.servingCard,
    capabilities: view.capabilities,
    invariants: invariants.map(({ name, value, keeps, levels, n, failureRateHigh }) => ({
      knob: name,
      keeps,
      levels,
      n,
      failureRateHigh,
      text: value,
    })),
    verdict: {
      outcome: banner.status.outcome,
      policyName: banner.policyName,
      reason: banner.sentence,
    },
    checks: checks.map(({ report, place, rule, observed, status, reason }) => ({
      report,
      place,
      rule,
      observed,
      outcome: status.outcome,
      reason,
    })),
  });
  return `${JSON.stringify(card, null, 2)}\n`;
}
