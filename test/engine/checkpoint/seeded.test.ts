import { describe, expect, it } from 'vitest';
import { buildCheckpoint, createEngine } from '../../../engine/index.ts';

const build = (seed: string) => buildCheckpoint({ preset: 'v4-tiny', seed });

describe('a checkpoint from a seed', () => {
  it('is the same bytes everywhere: its digest moves only when the recipe does', () => {
    expect(build('evenkeel').digestSha256).toBe(build('evenkeel').digestSha256);
    expect(build('evenkeel').digestSha256).toMatchInlineSnapshot(
      `"e05249c71d03021c6f8907c20ab0bc3b1f7cf5b10854f912f56a0a379f235097"`,
    );
    expect(build('other').digestSha256).not.toBe(build('evenkeel').digestSha256);
  });

  it('holds every released dtype', () => {
    const dtypes = new Set([...build('evenkeel').tensors.values()].map(({ dtype }) => dtype));
    expect(dtypes).toEqual(new Set(['BF16', 'F32', 'F8_E4M3', 'F8_E8M0', 'I8', 'I64']));
  });

  it('gives logits that spread about 1', () => {
    const { logits } = createEngine(build('evenkeel')).score([72, 101, 108, 108, 111]);
    const mean = logits.reduce((a, b) => a + b, 0) / logits.length;
    const deviation = Math.sqrt(logits.reduce((a, b) => a + (b - mean) ** 2, 0) / logits.length);
    expect(deviation).toBeGreaterThan(0.5);
    expect(deviation).toBeLessThan(4);
  });
});
