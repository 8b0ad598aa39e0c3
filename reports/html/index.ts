/** HTML report: one offline file. @module */
export { renderHtml } from './render.ts';
