/** Tokenizer: text to token ids and back. @module */
export * from './byte-tokenizer.ts';
export * from './detokenizer.ts';
export * from './prompt-intake.ts';
