/** The verdict in Markdown, for job summaries and comments. @module */
export { renderMarkdown } from './render.ts';
