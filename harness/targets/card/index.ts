/** The serving card: what is known of a server, and how. @module */
export { readCard } from './card.ts';
export { redactText } from './redact.ts';
export { cardContradictions } from './contradictions.ts';
