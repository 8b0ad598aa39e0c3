import { describe, expect, it } from 'vitest';
import { controls, protocols } from '../../../suites/fault-bench/index.ts';

describe('the registry of controls', () => {
  it('has B1 to B16 and C1 to C6, each with protocols that exist or with where else it is', () => {
    const expected = [
      ...Array.from({ length: 16 }, (_, i) => `B${i + 1}`),
      ...Array.from({ length: 6 }, (_, i) => `C${i + 1}`),
    ];
    expect(controls.map(({ id }) => id)).toEqual(expected);
    for (const control of controls) {
      expect(control.protocols.length > 0).toBe(control.why === null);
      for (const protocol of control.protocols) expect([...protocols.keys()]).toContain(protocol);
    }
  });
});
