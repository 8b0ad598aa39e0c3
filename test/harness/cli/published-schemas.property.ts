import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publishedSchemaText } from '../../../harness/cli/published-schemas.ts';
import { configSchema } from '../../../harness/config/index.ts';
import { perturbationOptions } from '../../../perturbations/index.ts';
import { validatorOf } from '../../support/json-schema-validator.ts';

const zodSchema = configSchema(perturbationOptions);
const validate = validatorOf(JSON.parse(publishedSchemaText('config')) as object);

const config = {
  target: {
    kind: 'reference-engine',
    lanes: 2,
    splitPolicy: { kind: 'flashmla', overhead: 1 },
    checkpoint: { kind: 'directory', path: 'weights' },
    fault: null,
  },
  cases: ['a.yaml'],
  caseLimit: 3,
  generation: { maxTokens: 2, temperature: 0.5, seed: -1 },
  perturbations: {
    repeat: null,
    truncation: { sides: ['head'], keepShare: [0.5, 0.6] },
    'batch-size': { sizes: [1, 4], rowPositions: false },
    precision: { levels: ['f32', 'bf16'] },
  },
  policy: { name: 'own', maxFailureRate: 0.5 },
  seed: 'x',
  reporters: ['json'],
};

/** The paths of all values inside. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], change: unknown): unknown {
  if (key === undefined) return change;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, change);
  return copy;
}

/** Values that stand near what is allowed. */
const change = fc.oneof(
  fc.constantFrom(
    null,
    true,
    'f32',
    'none',
    'html',
    '',
    {},
    [],
    [1, 1],
    ['head', 'head'],
    { kind: 'none' },
    { kind: 'seeded' },
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -2, max: 70 }),
  fc.jsonValue(),
);

describe('the JSON Schema of the configuration', () => {
  it('begins with a config that both accept', () => {
    expect(zodSchema.safeParse(config).error).toBeUndefined();
    expect(validate(config).errors).toEqual([]);
  });

  it('never refuses a config that evenkeel accepts, and refuses most of what it refuses', () => {
    const told = { accepted: 0, refused: 0, refusedByBoth: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...pathsOf(config)), change, (path, value) => {
        const changed = replaced(config, path, value);
        const { valid, errors } = validate(changed);
        if (zodSchema.safeParse(changed).success) {
          told.accepted++;
          expect(errors).toEqual([]);
        } else {
          told.refused++;
          if (!valid) told.refusedByBoth++;
        }
      }),
      { numRuns: 2000 },
    );
    // both sides were reached
    expect(told.accepted).toBeGreaterThan(50);
    expect(told.refused).toBeGreaterThan(500);
    // the rest is what the descriptions say: "all different", "includes 1"
    expect(told.refusedByBoth / told.refused).toBeGreaterThan(0.9);
  });
});
