import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { renderCyclonedx } from '../../../reports/index.ts';
import { failingFindings, viewOf } from '../../support/run-fixture.ts';

/** The published schema, as the CycloneDX project's own library ships it. */
function validator(): (value: unknown) => string[] {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res/schema');
  const schema = (name: string): object =>
    JSON.parse(readFileSync(join(folder, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const validate = ajv.compile(schema('bom-1.7'));
  return (value) =>
    validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

interface Bom {
  readonly components: readonly {
    readonly modelCard: {
      readonly quantitativeAnalysis: {
        readonly performanceMetrics: readonly {
          readonly slice: string;
          readonly value: string;
          readonly confidenceInterval?: object;
        }[];
      };
      readonly properties: readonly { readonly name: string; readonly value: string }[];
    };
  }[];
}

describe('the CycloneDX ML-BOM', () => {
  const view = viewOf(failingFindings());
  const bom = JSON.parse(renderCyclonedx(view)) as Bom;

  it('is valid against the published schema of 1.7; positive control: another kind of component is not', () => {
    const problems = validator();
    expect(problems(bom)).toEqual([]);
    expect(problems({ ...bom, components: [{ ...bom.components[0], type: 'no-such-type' }] })).not.toEqual([]);
  });

  it('has a metric for each check and for each point with an interval, and the serving card with its sources', () => {
    const { quantitativeAnalysis, properties } = bom.components[0].modelCard;
    const { performanceMetrics } = quantitativeAnalysis;
    expect(performanceMetrics.slice(0, view.checks.length).map(({ value }) => value)).toEqual(
      view.checks.map(({ observed }) => observed),
    );
    expect(
      performanceMetrics.filter(({ confidenceInterval }) => confidenceInterval !== undefined).length,
    ).toBeGreaterThan(0);
    expect(properties).toContainEqual({ name: 'evenkeel:serving:precision', value: 'f32 (observed)' });
  });
});
