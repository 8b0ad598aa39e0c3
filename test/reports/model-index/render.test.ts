import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderModelIndex } from '../../../reports/index.ts';
import { failingFindings, HOSTILE, passingFindings, viewOf } from '../../support/run-fixture.ts';

interface ModelIndex {
  readonly 'model-index': readonly {
    readonly name: string;
    readonly results: readonly {
      readonly task: { readonly type: string };
      readonly dataset: { readonly name: string; readonly type: string };
      readonly metrics: readonly { readonly name: string; readonly value: string; readonly type: string }[];
    }[];
  }[];
}

const read = (text: string): ModelIndex['model-index'][number] =>
  (parse(text.replace(/^---\n/, '').replace(/---\n$/, '')) as ModelIndex)['model-index'][0];

describe('the model-index block', () => {
  it('is YAML in front-matter fences: a result for each report, a metric for each check', () => {
    const view = viewOf(failingFindings());
    const text = renderModelIndex(view);
    expect(text.startsWith('---\n') && text.endsWith('\n---\n')).toBe(true);
    const { name, results } = read(text);
    expect(name).toBe(view.target);
    expect(results.flatMap(({ metrics }) => metrics.map(({ value }) => value)).sort()).toEqual(
      view.checks.map(({ observed }) => observed).sort(),
    );
  });

  it('keeps hostile texts within their values, and is valid without a check', () => {
    const view = viewOf(passingFindings());
    const evil = `x"\n---\n${HOSTILE}\u0085: {`;
    expect(read(renderModelIndex({ ...view, target: evil })).name).toBe(evil);
    expect(read(renderModelIndex({ ...view, checks: [] })).results).toEqual([]);
  });
});
