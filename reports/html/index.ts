/** HTML report: one offline file. @module */
export { renderHtml } from './render.ts';
export { staticTable } from './static-table.ts';
export { staticPage, type RenderedPage, type StaticPage } from './static-page.ts';
