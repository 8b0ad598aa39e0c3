/** The serving card as a section of a model card, and the card as JSON. @module */
export { renderModelCard } from './json.ts';
export { modelCardSection, plain as plainMarkdown } from './render.ts';
