/**
 * The run as a CycloneDX 1.7 ML-BOM: the served model as a component, its serving card as properties, what was measured as performance
 * metrics with their intervals, each for its slice (axis and level).
 *
 * Values are texts, as the schema wants them. A function of the run: no serial number and no time but the run's own.
 * Source: CycloneDX 1.7, `modelCard` (cyclonedx.org/docs/1.7/json).
 * @module
 */
import type { IntervalPoint, View } from '../view.ts';

interface Metric {
  readonly type: string;
  readonly value: string;
  readonly slice: string;
  readonly confidenceInterval?: { readonly lowerBound: string; readonly upperBound: string };
}

export function renderCyclonedx(view: View): string {
  const property = (name: string, value: string) => ({ name: `evenkeel:${name}`, value });
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.7.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    version: 1,
    metadata: {
      timestamp: view.createdAt,
      tools: { components: [{ type: 'application', name: 'evenkeel', version: view.evenkeelVersion }] },
    },
    components: [
      {
        type: 'machine-learning-model',
        'bom-ref': 'served-model',
        name: view.target,
        modelCard: {
          modelParameters: { task: 'text-generation' },
          quantitativeAnalysis: { performanceMetrics: metricsOf(view) },
          considerations: {
            technicalLimitations: [
              `Measured under the perturbations of one plan, ${view.banner.units}; nothing is said of others.`,
            ],
          },
          properties: [
            property('run', view.runId),
            property('verdict', `${view.banner.status.word}: ${view.banner.sentence}`),
            property('policy', view.banner.policyName),
            property('reproduce', view.banner.reproduce),
            ...view.servingCard.map(({ name, value, source }) => property(`serving:${name}`, `${value} (${source})`)),
            ...view.invariants.map(({ name, value }) => property(`invariant:${name}`, value)),
          ],
        },
      },
    ],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** What checks observed, then the points of every figure with intervals. */
function metricsOf({ checks, sections }: View): Metric[] {
  const observed = checks.map(({ report, place, rule, observed: value }) => ({
    type: `${report}: ${rule}`,
    value,
    slice: place,
  }));
  const points = sections.flatMap(({ figures }) =>
    figures.flatMap((figure) =>
      figure.kind === 'intervals' ? figure.points.map((point) => pointMetric(figure.title, point)) : [],
    ),
  );
  return [...observed, ...points];
}

function pointMetric(title: string, { label, axis, value, low, high }: IntervalPoint): Metric {
  return {
    type: title,
    value: String(value),
    slice: `${axis}, ${label}`,
    ...(low === null || high === null
      ? {}
      : { confidenceInterval: { lowerBound: String(low), upperBound: String(high) } }),
  };
}
