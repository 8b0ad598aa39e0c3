/**
 * What a history adds to the style of the report.
 * @module
 */

export const HISTORY_STYLE = `
.page-title{font-size:34px;margin-top:28px}
.trends{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr));gap:14px;margin-top:14px}
.trends figure{padding:12px 16px 8px}.trends figure.moved{border-top:3px solid var(--accent)}
.trends h4{margin:0;font-size:13.5px;font-weight:600;overflow-wrap:anywhere}.trends h4 code{font-size:12.5px}
.metric{display:block;font:400 13px/1.4 "Source Sans 3","Segoe UI",system-ui,sans-serif;color:var(--ink-soft)}
.now{display:flex;gap:10px;align-items:baseline;flex-wrap:wrap;margin:4px 0 2px}.now b{font-size:20px;font-variant-numeric:tabular-nums}.now span{font-size:12.5px;color:var(--ink-soft)}.now .chip{margin-left:auto;color:var(--now);font-size:11.5px}
svg.trend{display:block;width:100%;height:auto;overflow:visible}
.grid-line{stroke:var(--rule);stroke-width:1}
.tick{fill:var(--ink-soft);font-size:11px;font-variant-numeric:tabular-nums}.gap{font-size:13px}
.beyond{fill:var(--is-fail);opacity:.09}.bound{stroke:var(--is-fail);stroke-width:1.2;stroke-dasharray:2 3}
.interval{stroke:var(--interval);stroke-width:5;stroke-linecap:round}
.join{stroke:var(--line-0);stroke-width:1.6}.join.changed{stroke-dasharray:5 4}
.dot{fill:var(--line-0);stroke:var(--sheet);stroke-width:1.2}.dot.partial{fill:var(--sheet);stroke:var(--line-0);stroke-width:1.6}
.nowrap{white-space:nowrap}td.why{min-width:28ch;overflow-wrap:anywhere}
`;
