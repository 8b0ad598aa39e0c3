/** The `model-index` of a model card. @module */
export { renderModelIndex } from './render.ts';
