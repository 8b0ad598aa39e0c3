/** The JSON report: the view, byte-stable. @module */
export { renderJson } from './render.ts';
