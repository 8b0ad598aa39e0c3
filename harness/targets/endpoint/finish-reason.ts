/** The finish reasons of five servers in the words of an observation. @module */
import type { RequestObservation } from '../../schema/index.ts';

const WORDS: Readonly<Record<string, RequestObservation['finishReason']>> = {
  length: 'length',
  limit: 'length',
  stop: 'stop',
  eos: 'stop',
  word: 'stop',
  eos_token: 'stop',
  stop_sequence: 'stop',
  abort: 'abort',
};

export function finishReasonOf(word: string | null): RequestObservation['finishReason'] {
  return word !== null && Object.hasOwn(WORDS, word) ? WORDS[word] : 'unknown';
}
