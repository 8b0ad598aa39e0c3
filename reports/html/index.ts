/** HTML report: one offline file. @module */
export { renderHtml } from './render.ts';
export { staticPage, type RenderedPage, type StaticPage } from './static-page.ts';
