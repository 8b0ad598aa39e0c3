import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../harness/config/index.ts';
import { ConfigError } from '../../../harness/ports/index.ts';
import { perturbationOptions } from '../../../perturbations/index.ts';

const minimal = { target: { kind: 'reference-engine' }, cases: 'cases.yaml', perturbations: { repeat: {} } };

describe('resolveConfig, for all inputs', () => {
  it('gives a configuration or a ConfigError with where, expected and got, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.dictionary(fc.constantFrom(...Object.keys(minimal), 'policy', 'x'), fc.jsonValue()),
        ),
        (raw) => {
          try {
            resolveConfig(raw, { perturbationOptions });
          } catch (error) {
            if (!(error instanceof ConfigError)) throw error;
            for (const problem of error.problems) {
              expect(problem.at).not.toBe('');
              expect(problem.expected).not.toBe('');
              expect(problem.got).not.toBe('');
            }
          }
        },
      ),
    );
  });

  it('tells every unknown key, however many there are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^zz[a-z]{1,8}$/), { minLength: 1, maxLength: 6 }), (keys) => {
        const raw = { ...minimal, ...Object.fromEntries(keys.map((key) => [key, 1])) };
        try {
          resolveConfig(raw, { perturbationOptions });
          expect.unreachable();
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.problems.map((problem) => problem.at).toSorted()).toEqual(keys.toSorted());
        }
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Object.entries(minimal), { minLength: 3 }), (entries) => {
        const shuffled = resolveConfig(Object.fromEntries(entries), { perturbationOptions });
        expect(JSON.stringify(shuffled)).toBe(JSON.stringify(resolveConfig(minimal, { perturbationOptions })));
      }),
    );
  });
});
