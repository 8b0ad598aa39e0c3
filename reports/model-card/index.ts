/** The serving card as a section of a model card. @module */
export { modelCardSection, plain as plainMarkdown } from './render.ts';
