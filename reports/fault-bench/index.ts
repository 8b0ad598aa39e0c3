/** The fault bench as a page. @module */
export { renderFaultBenchHtml } from './html.ts';
