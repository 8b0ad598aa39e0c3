import { describe, expect, it } from 'vitest';
import { findingsFrom } from '../../../harness/measure/index.ts';
import { findings } from '../../../harness/schema/index.ts';
import { createRun, createShelf } from '../../support/observations.ts';

describe('findings from a log', () => {
  it('tell a unit that did not run from one that the target cannot do and one that failed', () => {
    const shelf = createShelf();
    const levels = { none: [shelf.request({})], 'size-4': [shelf.request({})] };
    const { plan, observations } = createRun({ units: [{ levels }, { levels }, { levels }, { levels }] });
    const [ok, error, unsupported] = plan.units.map(({ id: unitId }) => unitId);
    const entry = (unitId: string, status: 'ok' | 'error' | 'unsupported', why: string | null) => ({
      unitId,
      status,
      why,
      lane: 0,
      attempts: 1,
      failedAttempts: [],
      cachedFrom: null,
      durationMs: 1,
    });
    const found = findingsFrom({
      plan,
      log: {
        units: [entry(ok, 'ok', null), entry(error, 'error', 'lost'), entry(unsupported, 'unsupported', 'no knob')],
        observations: [...observations].slice(0, 1),
        repeatedUnits: 0,
        unequal: [],
      },
      partial: null,
      seed: 'x',
      loadLogits: () => new Float32Array(0),
    });
    expect(findings.parse(found)).toEqual(found);
    expect(found.unitsObserved).toBe(1);
    expect(found.missing.map(({ why }) => why)).toEqual(['lost', 'not run']);
    expect(found.unsupported).toEqual([{ unitId: unsupported, why: 'no knob' }]);
  });
});
