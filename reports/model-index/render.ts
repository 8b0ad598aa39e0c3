/**
 * The run as `model-index`, the YAML block of a model card that Hugging Face reads: one result a report, its checks as metrics.
 *
 * Every text is a JSON string, which YAML reads as the same text: nothing in it can end its value.
 * Source: huggingface.co/docs/hub/model-cards, "Evaluation Results"; the card data of huggingface_hub (`model-index`).
 * @module
 */
import type { View } from '../view.ts';

export function renderModelIndex(view: View): string {
  const reports = [...new Set(view.checks.map(({ report }) => report))];
  const quoted = (text: string): string => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, escapedUnit);
  const lines = [
    '---',
    'model-index:',
    `- name: ${quoted(view.target)}`,
    ...(reports.length === 0 ? ['  results: []'] : ['  results:']),
    ...reports.flatMap((report) => [
      '  - task:',
      '      type: text-generation',
      '    dataset:',
      `      name: ${quoted(`evenkeel, ${report}`)}`,
      '      type: evenkeel',
      `      revision: ${quoted(view.runId)}`,
      '    metrics:',
      ...view.checks
        .filter((check) => check.report === report)
        .flatMap(({ place, rule, observed, status }) => [
          `    - name: ${quoted(`${place}: ${rule}`)}`,
          `      type: ${quoted(report)}`,
          `      value: ${quoted(observed)}`,
          '      verified: false',
          '      args:',
          `        outcome: ${quoted(status.word)}`,
        ]),
    ]),
    '---',
  ];
  return `${lines.join('\n')}\n`;
}

const escapedUnit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
