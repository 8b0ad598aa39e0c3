/** History of stored runs: one view, as page, Markdown and terminal text. @module */
export { buildHistory, type History, type HistoryInput, type StoredRun } from './history.ts';
export { historyBody, renderHistoryHtml } from './html.ts';
export { HISTORY_STYLE } from './style.ts';
export { renderHistoryMarkdown, renderHistoryTerminal } from './text.ts';
