/** The serving card as a section of a model card. @module */
export { modelCardSection } from './render.ts';
