import { describe, expect, it } from 'vitest';
import { countPrompt, type PromptCount } from '../../../harness/targets/prompt-counts.ts';

function counted(planned: Parameters<typeof countPrompt>[0], count: PromptCount): Record<string, number> {
  const counters: Record<string, number> = {};
  countPrompt(planned, count, (name, value) => void (counters[name] = (counters[name] ?? 0) + value));
  return counters;
}

describe('counts of prompt tokens', () => {
  it('tell a target that computes another number than it was sent', () => {
    expect(counted({}, { sent: 9, counted: 9 })).toEqual({ promptCountsDiffer: 0 });
    expect(counted({}, { sent: 9, counted: 10 })).toEqual({ promptCountsDiffer: 1 });
  });

  it('expect what was asked to be kept, and say whether anything was cut', () => {
    const asked = { truncateTo: 4 };
    expect(counted(asked, { sent: 9, counted: 4 })).toEqual({ promptCountsDiffer: 0, truncatedPrompts: 1 });
    expect(counted(asked, { sent: 9, counted: 2 })).toEqual({ promptCountsDiffer: 1, truncatedPrompts: 1 });
    expect(counted(asked, { sent: 9, counted: 9 })).toEqual({ promptCountsDiffer: 1, truncatedPrompts: 0 });
    expect(counted(asked, { sent: 3, counted: 3 })).toEqual({ promptCountsDiffer: 0, truncatedPrompts: 0 });
  });

  it('say that text was sent where the plan asks for text', () => {
    expect(counted({ promptForm: 'text' }, { sent: 9, counted: 9 })).toEqual({ promptCountsDiffer: 0, textPrompts: 1 });
  });
});
