import { describe, expect, it } from 'vitest';
import { determinismSuite } from '../../../suites/index.ts';
import { createRun, createShelf } from '../../support/observations.ts';

const { request } = createShelf();
const counted = (promptTokens: number | null, promptText = 'a prompt') => ({
  ...request({ promptText, tokenIds: [1, 2] }),
  promptTokens,
});

function evidenceProblem(reference: ReturnType<typeof counted>, level: ReturnType<typeof counted>): string | null {
  const run = createRun({ units: [{ levels: { none: [reference], again: [level] } }] });
  return determinismSuite.analyse(run)[0].evidenceProblem;
}

describe('a prompt that is cut in the middle of a run', () => {
  it('is no evidence, although the outputs are equal: the server counted the same prompt otherwise', () => {
    expect(evidenceProblem(counted(28), counted(8))).toMatch(
      /28 prompt tokens at the reference and 8 at the level.*cut/,
    );
  });

  it('negative controls: equal counts, counts that are not told, and prompts that differ by design', () => {
    expect(evidenceProblem(counted(28), counted(28))).toBeNull();
    expect(evidenceProblem(counted(28), counted(null))).toBeNull();
    expect(evidenceProblem(counted(28), counted(8, 'another prompt'))).toBeNull();
  });
});
