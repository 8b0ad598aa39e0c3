import { describe, expect, it } from 'vitest';
import { differenceKindOf, differenceOf, differs } from '../../../harness/diagnose/index.ts';
import type { RequestObservation } from '../../../harness/schema/index.ts';

const hash = (digit: string): string => digit.repeat(64);
const none = { kind: 'unsupported', why: 'a test' } as const;

function seen(change: Partial<RequestObservation> = {}): RequestObservation {
  return {
    requestId: 'a',
    caseId: 'a',
    role: 'probe',
    wave: 0,
    row: 0,
    promptTokens: 3,
    promptSha256: hash('0'),
    canary: null,
    tokenIds: [5, 6, 7],
    text: 'abc',
    finishReason: 'length',
    logprobs: [],
    stepSha256: [hash('1'), hash('2'), hash('3')],
    promptLogitsSha256: hash('4'),
    generated: none,
    prompt: none,
    promptNextTokenIds: [],
    forced: none,
    ...change,
  };
}

describe('two observations', () => {
  it('of equal bits do not differ in anything', () => {
    const sides = { reference: seen(), level: seen() };
    expect(differenceOf(sides)).toEqual({
      firstBitDiff: null,
      firstTokenDiff: null,
      promptBitsDiffer: false,
      textDiffers: false,
    });
    for (const by of ['bits', 'tokens', 'text'] as const) expect(differs(sides, by)).toBe(false);
  });

  it('differ at the first step of other bits, whatever the tokens', () => {
    const sides = { reference: seen(), level: seen({ stepSha256: [hash('1'), hash('9'), hash('3')] }) };
    expect(differenceOf(sides)).toMatchObject({ firstBitDiff: 1, firstTokenDiff: null });
    expect([differs(sides, 'bits'), differs(sides, 'tokens')]).toEqual([true, false]);
  });

  it('differ in the bits of the prompt alone; not where the prompts are not the same', () => {
    const level = seen({ promptLogitsSha256: hash('8') });
    expect(differs({ reference: seen(), level }, 'bits')).toBe(true);
    const other = { ...level, promptSha256: hash('7') };
    expect(differenceOf({ reference: seen(), level: other }).promptBitsDiffer).toBeNull();
  });

  it('differ where one output ends', () => {
    expect(differenceOf({ reference: seen(), level: seen({ tokenIds: [5, 6] }) }).firstTokenDiff).toBe(2);
  });

  it('are told apart by the strongest evidence that the promise is about', () => {
    const moved = { reference: seen(), level: seen({ tokenIds: [5, 6, 8], stepSha256: [hash('9')] }) };
    expect(differenceKindOf('bit-equal', moved)).toBe('bits');
    expect(differenceKindOf('drift', moved)).toBe('tokens');
    const blackBox = { reference: seen({ stepSha256: [] }), level: seen({ stepSha256: [] }) };
    expect(differenceKindOf('bit-equal', blackBox)).toBe('tokens');
    const textOnly = { reference: seen({ tokenIds: [] }), level: seen({ tokenIds: [] }) };
    expect(differenceKindOf('bit-equal', textOnly)).toBe('text');
  });
});
