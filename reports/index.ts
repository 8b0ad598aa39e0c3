/** Reports: one view model, many faces. @module */
export { buildView, statusOf } from './view-model/index.ts';
export type { UnitSummary, ViewInput } from './view-model/index.ts';
export { isSidecarName, packUnits, type UnitsInput } from './units/index.ts';
export { renderHtml, staticPage, staticTable } from './html/index.ts';
export { element, type Markup } from './markup.ts';
export { estimateInterval, estimateValue, small } from './number-format.ts';
export { visibleLine } from './visible-text.ts';
export { renderJson } from './json/index.ts';
export { renderJunit } from './junit/index.ts';
export { githubAnnotations } from './github/index.ts';
export { renderGitlab } from './gitlab/index.ts';
export { renderSarif } from './sarif/index.ts';
export { renderCyclonedx } from './cyclonedx/index.ts';
export { renderModelIndex } from './model-index/index.ts';
export { renderMarkdown } from './markdown/index.ts';
export { renderTerminal } from './terminal/index.ts';
export type { View } from './view.ts';
export { modelCardSection, plainMarkdown, renderModelCard } from './model-card/index.ts';
export { exportMetricIds, exportPage, exportTables, type ExportSource, type Table } from './tables/index.ts';
export { renderCsv } from './csv/index.ts';
export { renderParquet } from './parquet/index.ts';
export { renderFaultBenchHtml } from './fault-bench/index.ts';
export {
  buildHistory,
  historyBody,
  HISTORY_STYLE,
  renderHistoryHtml,
  renderHistoryMarkdown,
  renderHistoryTerminal,
  type HistoryInput,
} from './history/index.ts';
