/**
 * The chat template: a special token, the role and a line end, the content, a special token; then the beginning of the answer.
 *
 * `<|256|>role\ncontent<|257|>` per message, then `<|256|>assistant\n`. The special tokens are ids that no text can become, so a message
 * cannot pretend to be another.
 * @module
 */
import { BYTE_SPECIALS } from '../tokenizer/index.ts';
import { tokenizer } from './token-text.ts';

export const CHAT_ROLES = ['system', 'developer', 'user', 'assistant'] as const;

export interface ChatMessage {
  readonly role: (typeof CHAT_ROLES)[number];
  readonly content: string;
}

export function chatTokens(messages: readonly ChatMessage[], addGenerationPrompt = true): number[] {
  const { bos, eos } = BYTE_SPECIALS;
  const tokens = messages.flatMap(({ role, content }) => [bos, ...tokenizer.encode(`${role}\n${content}`), eos]);
  return addGenerationPrompt ? [...tokens, bos, ...tokenizer.encode('assistant\n')] : tokens;
}
