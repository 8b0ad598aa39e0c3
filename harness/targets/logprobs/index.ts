/** Log-probabilities on the wire: six shapes, one record. @module */
export { readLlamaCppProbabilities, readSglangLogprobs, readTgiTokens } from './native-shapes.ts';
export { readChoiceLogprobs } from './openai-shapes.ts';
export { readPromptLogprobs } from './prompt-shape.ts';
export { idsOfTokens } from './token-record.ts';
export type { Alternative, Logprob, TokenRecord, TokenRecords } from './token-record.ts';
