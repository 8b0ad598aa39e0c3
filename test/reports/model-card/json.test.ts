import { describe, expect, it } from 'vitest';
import { publishedSchemaText } from '../../../harness/cli/published-schemas.ts';
import { modelCard, type Invariant } from '../../../harness/schema/index.ts';
import { renderModelCard, modelCardSection } from '../../../reports/model-card/index.ts';
import { validatorOf } from '../../support/json-schema-validator.ts';
import { failingFindings, HOSTILE, passingFindings, viewOf } from '../../support/run-fixture.ts';
import { createManifest, createPlan } from '../../support/run-records.ts';

const validate = validatorOf(JSON.parse(publishedSchemaText('model-card')) as object);
const INVARIANT: Invariant = {
  knob: 'batch-size/ragged',
  keeps: 'bit-equal',
  levels: 2,
  n: 24,
  failureRateHigh: 0.117,
  text: 'bit-equal (2 levels, n >= 24, up to 11.7 % may still fail)',
};

describe('the model card as JSON', () => {
  it.each([passingFindings, failingFindings])(
    'of %o is valid against the schema that the package ships',
    (findings) => {
      const card: unknown = JSON.parse(renderModelCard(viewOf(findings())));
      expect(validate(card).errors).toEqual([]);
      expect(validate({ ...(card as object), extra: 1 }).valid).toBe(false);
    },
  );

  it('has each invariant as the verdict has it, in numbers', () => {
    const view = viewOf(passingFindings());
    const { knob, text, ...kept } = INVARIANT;
    const card = modelCard.parse(
      JSON.parse(renderModelCard({ ...view, invariants: [{ name: knob, value: text, ...kept }] })),
    );
    expect(card.invariants).toEqual([INVARIANT]);
    // the view carries those of the run
    const own = modelCard.parse(JSON.parse(renderModelCard(view)));
    expect(own.invariants.map(({ knob: name, n }) => [name, n])).toEqual(
      view.invariants.map(({ name, n }) => [name, n]),
    );
    expect(own.invariants.length).toBeGreaterThan(0);
  });

  it('keeps how an entry is known, and where it was seen', () => {
    const view = viewOf(passingFindings());
    const servingCard = [
      { name: 'kv_cache_dtype', value: 'fp8', source: 'observed', where: 'GET /metrics' },
      { name: 'hardware', value: 'unknown: nobody declared it', source: 'unknown' },
    ] as const;
    const card = modelCard.parse(JSON.parse(renderModelCard({ ...view, servingCard })));
    expect(card.servingConfiguration).toEqual(servingCard);
  });

  it('has no character in it that a terminal obeys, whatever a server says', () => {
    const findings = failingFindings();
    const text = renderModelCard(
      viewOf({ ...findings, drift: findings.drift.map((row) => ({ ...row, axis: HOSTILE })) }),
    );
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('the section in Markdown', () => {
  it('has the table of invariants where there are some', () => {
    const manifest = createManifest(createPlan(1));
    expect(modelCardSection(manifest, [INVARIANT])).toContain(
      '| `batch-size/ragged` | bit-equal | 24 | at most 11.7 % |',
    );
    expect(modelCardSection(manifest)).not.toContain('What each knob leaves');
  });
});
