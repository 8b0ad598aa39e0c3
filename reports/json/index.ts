/** The JSON report. @module */
export { renderJson } from './render-json.ts';
