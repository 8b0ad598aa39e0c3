import { describe, expect, it } from 'vitest';
import { loadPartsModule } from '../../../harness/targets/index.ts';
import { assembleParts, PART_DEFAULTS } from '../../../engine/index.ts';
import { faults, faultsNotRun, protocols } from '../../../suites/fault-bench/index.ts';

const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

describe('the registry of faults', () => {
  it('has every fault of the specification once: one that runs, or one with the reason why not', () => {
    const ids = [...faults, ...faultsNotRun].map(({ id }) => id);
    expect(ids.toSorted()).toEqual([...numbered('F', 45), ...numbered('L', 15)].toSorted());
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
    for (const { why } of faultsNotRun) expect(why).not.toBe('');
  });

  it.each(faults.map((fault) => [fault.name, fault] as const))(
    '%s is a module of real parts, with a counter, for a protocol that exists',
    async (name, { moduleUrl, parts, protocol, op }) => {
      const known = assembleParts(PART_DEFAULTS, { headDim: 128, ropeDim: 64, indexHeadDim: 64 });
      const module = await loadPartsModule(moduleUrl);
      expect(module.name).toBe(name);
      expect(Object.keys(module.parts).toSorted()).toEqual([...parts].toSorted());
      for (const part of parts) expect(Object.keys(known)).toContain(part);
      expect(protocols.has(protocol)).toBe(true);
      expect(() => new RegExp(op ?? '')).not.toThrow();
      module.activation?.hit();
      expect(module.activation?.count()).toBe(1);
      module.activation?.reset();
      expect(module.activation?.count()).toBe(0);
    },
  );
});
