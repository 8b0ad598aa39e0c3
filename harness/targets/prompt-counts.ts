/**
 * Evidence about the prompt of a request: did the target compute as many tokens as it was asked to?
 * @module
 */
import type { PlannedRequest } from '../schema/index.ts';

export interface PromptCount {
  /** Tokens of the whole prompt, counted here. */
  readonly sent: number;
  /** Prompt tokens that the target says it computed. */
  readonly counted: number;
}

/** Counters `promptCountsDiffer`, and where the plan asks for it `truncatedPrompts` and `textPrompts`. */
export function countPrompt(
  { promptForm, truncateTo }: Pick<PlannedRequest, 'promptForm' | 'truncateTo'>,
  { sent, counted }: PromptCount,
  add: (name: string, value: number) => void,
): void {
  add('promptCountsDiffer', counted === Math.min(sent, truncateTo ?? sent) ? 0 : 1);
  if (truncateTo !== undefined) add('truncatedPrompts', counted < sent ? 1 : 0);
  if (promptForm === 'text') add('textPrompts', 1);
}
