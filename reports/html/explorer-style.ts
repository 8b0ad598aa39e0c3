/**
 * The style sheet of the explorer and the timeline: the words and colours of `style.ts`, in a list that is dense and still easy to read.
 * @module
 */

export const EXPLORER_STYLE = `
:root{--field:#878c93;--line-6:#6f7430;--line-7:#a8497c}
@media screen and (prefers-color-scheme:dark){:root{--field:#70767e;--line-6:#c2c66f;--line-7:#f09bc4}}
.explorer .what{max-width:100ch}
.shown{margin:0;color:var(--ink-soft);font-size:13.5px;font-variant-numeric:tabular-nums}
.explorer-tools{display:flex;gap:8px;align-items:stretch;margin:10px 0 0}
.unit-search{flex:1;min-width:0;font:13.5px/1.4 ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;color:var(--ink);background:var(--sheet);border:1px solid var(--field);border-radius:5px;padding:7px 11px}
.unit-search[aria-invalid=true]{border-color:var(--is-fail)}
.unit-search::placeholder{color:var(--ink-soft);opacity:1}
.explorer-tools select{font:inherit;font-size:13px;color:var(--ink);background:var(--sheet);border:1px solid var(--field);border-radius:5px;padding:0 8px}
.explorer-tools .help{min-width:36px;font-weight:600;border-color:var(--field)}
.problem{margin:6px 0 0;color:var(--is-fail);font-size:13.5px;overflow-wrap:anywhere}.problem:empty{display:none}
.unit-chips{display:flex;flex-wrap:wrap;gap:6px;margin:10px 0}
.unit-chip{border-radius:99px;padding:2px 11px;color:var(--ink);background:var(--sheet);border-color:var(--rule);font-size:12.5px}
.unit-chip b{font-variant-numeric:tabular-nums;font-weight:600;color:var(--ink-soft)}
.unit-chip.on{background:var(--accent);border-color:var(--accent);color:var(--sheet)}.unit-chip.on b{color:var(--sheet)}
.unit-chip.off{text-decoration:line-through}
.chip-result{border-style:dashed}.chip-unit,.chip-row{border-style:dotted}.unit-chip.on{border-style:solid}
.unit-list{position:relative;overflow:auto;height:min(392px,60vh);background:var(--sheet);border:1px solid var(--rule);border-radius:6px}
.list-space{position:relative}
.unit-list.empty::after{content:"Nothing matches the filter.";position:absolute;top:14px;left:16px;color:var(--ink-soft);font-size:14px}
.unit-row{position:absolute;left:0;right:0;height:34px;display:grid;grid-template-columns:124px minmax(150px,1.5fr) minmax(110px,1.3fr) minmax(130px,1fr) 82px 44px;gap:0 12px;align-items:center;padding:0 14px 0 11px;border-left:3px solid var(--now);border-bottom:1px solid var(--rule);font-size:13px;cursor:pointer}
.unit-row>span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.unit-row:hover{background:var(--paper)}.unit-row.active{background:var(--tint);box-shadow:inset 0 0 0 1px var(--now)}
.col-status{color:var(--now);font-weight:600}.col-level{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12px}
.col-case,.col-result{color:var(--ink-soft)}.col-ms,.col-again{text-align:right;font-variant-numeric:tabular-nums;color:var(--ink-soft)}
.unit-detail{margin-top:14px;background:var(--sheet);border:1px solid var(--rule);border-top:3px solid var(--accent);border-radius:6px;padding:14px 20px 16px;overflow-wrap:anywhere}
.unit-buttons{float:right;display:flex;gap:8px}
.unit-head{display:flex;gap:12px;align-items:center;flex-wrap:wrap}.unit-head h3{font-size:18px}
.unit-place{margin:4px 0 0;font-size:13.5px;color:var(--ink-soft)}.row-link{margin-left:10px}
.unit-why{margin:8px 0 0;font-size:14px;color:var(--is-fail)}
.unit-commands{display:grid;gap:6px;margin:12px 0 6px}.command-what{min-width:104px;font-size:13px;color:var(--ink-soft)}
.unit-pair{border-top:1px solid var(--rule);padding-top:8px}.unit-pair h4{font-size:13px;color:var(--ink-soft);margin:8px 0 4px}
.pair-side pre{max-height:300px;overflow:auto}
.side-facts,.left-out{margin:6px 0 0;font-size:12.5px;color:var(--ink-soft)}
.token-table{margin-bottom:6px}.token-table td{padding:3px 10px;font-size:12.5px}.token-table .token{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap}
.token-table .end,.token-table th{white-space:nowrap;overflow-wrap:normal}
.first-diff td{background:var(--tint-inconclusive)}
.alternatives{margin:0;padding-left:26px;font-size:13px}.alternatives .is-other{font-weight:600}.alternatives .sub{color:var(--ink-soft);font-weight:400}
.unit-attempts ol{margin:6px 0 0;padding-left:22px;font-size:13px}
.counters td,.counters th{padding:3px 10px}
.timeline{margin-top:30px}.timeline h3{font-size:19px}
.timeline-legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 8px;padding:0;font-size:13px}.timeline-legend li{display:flex;gap:6px;align-items:center}
.swatch{width:12px;height:12px;border-radius:2px;background:var(--line-0)}
.swatch-1{background:var(--line-1)}.swatch-2{background:var(--line-2)}.swatch-3{background:var(--line-3)}.swatch-4{background:var(--line-4)}.swatch-5{background:var(--line-5)}.swatch-6{background:var(--line-6)}.swatch-7{background:var(--line-7)}
.swatch-failed{background:var(--ink)}.swatch-wait{background:var(--sheet);border:1px solid var(--ink-soft)}
.timeline figure{padding:12px 14px}.timeline canvas{display:block;width:100%}.timeline canvas.over{cursor:pointer}
.timeline-told{margin:8px 0 0;font-size:12.5px;color:var(--ink-soft);overflow-wrap:anywhere;min-height:1.4em}
.timeline-tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:0 16px;align-items:start}
.timeline-tables td{white-space:nowrap}.timeline-tables td:nth-child(3){white-space:normal}
.help-dialog{max-width:720px;width:calc(100% - 40px);max-height:86vh;border:1px solid var(--rule);border-radius:8px;background:var(--sheet);color:var(--ink);padding:18px 24px}
.help-dialog::backdrop{background:rgba(0,0,0,.45)}.help-dialog h3{font-size:19px}.help-dialog ul{padding-left:20px;font-size:14px}.help-dialog h4{margin:14px 0 0}.help-dialog ul{margin:6px 0}
.help-part .names{margin:6px 0;gap:2px 20px;font-size:13.5px}
.print-note{display:none}
@media (max-width:820px){
  .explorer-tools{flex-wrap:wrap}.unit-search{flex-basis:100%}
  .unit-row{grid-template-columns:96px minmax(0,1fr) 70px;gap:0 8px}.col-case,.col-result,.col-again{display:none}
  .unit-detail{padding:12px 14px}.unit-buttons{float:none;margin-bottom:8px}
}
@media print{.explorer-tools,.unit-chips,.unit-list,.timeline-told,.help-dialog,.unit-buttons{display:none}.print-note{display:block;color:var(--ink-soft);font-size:11px}.pair-side pre{max-height:none}}
`;
