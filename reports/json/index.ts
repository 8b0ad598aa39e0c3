/** JSON report. @module */
export { renderJson } from './render.ts';
