/**
 * The report's style sheet: a typeset audit report. Light, dark and print; outcomes have glyph, word and a colour-blind-safe colour.
 * @module
 */

export const STYLE = `
:root{
  color-scheme:light dark;
  --paper:#fbfaf7;--sheet:#fff;--ink:#1c1e21;--ink-soft:#5a6068;--rule:#e2dfd8;--accent:#1f4e79;
  --is-pass:#0b6e4f;--is-fail:#b3261e;--is-inconclusive:#8a5a00;--is-incomplete:#8a5a00;--is-measured:#3b5b87;--is-not-run:#6b7076;
  --tint-pass:#e8f3ee;--tint-fail:#fbe9e7;--tint-inconclusive:#fbf1dd;--tint-incomplete:#fbf1dd;--tint-measured:#e9eff7;--tint-not-run:#f0efec;
  --series-equal:#3d8b6d;--series-tokens-only:#d9a441;--series-different:#c0533f;--series-unknown:#b8bcc2;--series-owed:#1f4e79;--series-free:#9db4cf;
  --interval:rgba(31,78,121,.28);
  --line-0:#1f4e79;--line-1:#c0533f;--line-2:#3d8b6d;--line-3:#8a5a00;--line-4:#6f4e8f;--line-5:#4a8fa8;
  --mark:#ffe08a;--band:rgba(90,96,104,.09);
}
@media screen and (prefers-color-scheme:dark){:root{
  --paper:#16181b;--sheet:#1d2024;--ink:#e7e6e3;--ink-soft:#a2a8b0;--rule:#33373d;--accent:#8db9e8;
  --is-pass:#6fcfa8;--is-fail:#ff8f85;--is-inconclusive:#f0c36a;--is-incomplete:#f0c36a;--is-measured:#9fc0ea;--is-not-run:#a2a8b0;
  --tint-pass:#17302a;--tint-fail:#3a1f1d;--tint-inconclusive:#352a15;--tint-incomplete:#352a15;--tint-measured:#1d2a3b;--tint-not-run:#26292e;
  --series-equal:#6fcfa8;--series-tokens-only:#f0c36a;--series-different:#ff8f85;--series-unknown:#5a6068;--series-owed:#8db9e8;--series-free:#456486;
  --interval:rgba(141,185,232,.3);
  --line-0:#8db9e8;--line-1:#ff9b84;--line-2:#7fd6b4;--line-3:#f0c36a;--line-4:#c9a5ea;--line-5:#86cfe6;
  --mark:#7a5f14;--band:rgba(162,168,176,.12);
}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 "Source Sans 3","Segoe UI",system-ui,-apple-system,"Helvetica Neue",Arial,sans-serif}
main,footer,nav{max-width:1240px;margin:0 auto;padding:0 24px}
h1,h2,h3{font-family:"Source Serif 4",Charter,"Iowan Old Style",Georgia,Cambria,serif;line-height:1.2;margin:0}
a{color:var(--accent);text-underline-offset:2px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
code,pre,.axis-name,.cell-level{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
.sr-only{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
nav{display:flex;gap:4px 20px;flex-wrap:wrap;padding-top:14px;padding-bottom:10px;font-size:13.5px}
nav a{color:var(--ink-soft);text-decoration:none}nav a:hover{color:var(--accent);text-decoration:underline}
section{margin-top:44px}
.banner{background:var(--sheet);border:1px solid var(--rule);border-left:8px solid var(--now);border-radius:6px;padding:20px 26px 18px}
.is-pass{--now:var(--is-pass);--tint:var(--tint-pass)}.is-fail{--now:var(--is-fail);--tint:var(--tint-fail)}
.is-inconclusive{--now:var(--is-inconclusive);--tint:var(--tint-inconclusive)}.is-incomplete{--now:var(--is-incomplete);--tint:var(--tint-incomplete)}
.is-measured{--now:var(--is-measured);--tint:var(--tint-measured)}.is-not-run{--now:var(--is-not-run);--tint:var(--tint-not-run)}
.eyebrow{margin:0 0 4px;color:var(--ink-soft);font-size:13px;letter-spacing:.02em;overflow-wrap:anywhere}
.banner h1{font-size:34px;color:var(--now);display:flex;gap:12px;align-items:baseline}
.sentence{font-size:17.5px;margin:6px 0 14px;max-width:72ch}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0 0 14px;font-size:14px}
.facts dt{color:var(--ink-soft)}.facts dd{margin:0;overflow-wrap:anywhere}
.reproduce{display:flex;gap:10px;align-items:center;flex-wrap:wrap}
.reproduce code{background:var(--paper);border:1px solid var(--rule);border-radius:4px;padding:5px 10px;font-size:13px;overflow-wrap:anywhere}
button{font:inherit;font-size:13px;color:var(--accent);background:var(--sheet);border:1px solid var(--rule);border-radius:4px;padding:3px 10px;cursor:pointer}
button:hover{border-color:var(--accent)}
.would-change{margin-top:12px;font-size:14px}.would-change ul{margin:6px 0 0;padding-left:20px}
.cards{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:16px;margin-top:16px}
.card{display:block;background:var(--sheet);border:1px solid var(--rule);border-top:4px solid var(--now);border-radius:6px;padding:14px 18px;color:inherit;text-decoration:none}
.card:hover{border-color:var(--now)}
.card-head,.section-head{display:flex;justify-content:space-between;align-items:center;gap:10px;flex-wrap:wrap}
.card h2{font-size:19px}.kinds{margin:2px 0 8px;color:var(--ink-soft);font-size:13px}
.card-figure{margin:0;display:flex;gap:8px;align-items:baseline;flex-wrap:wrap}.card-figure b{font-size:25px;font-variant-numeric:tabular-nums}
.card-figure span{color:var(--ink-soft);font-size:14px}.card-summary{margin:8px 0 0;font-size:14px}
.chip{display:inline-flex;gap:6px;align-items:center;white-space:nowrap;background:var(--tint);color:var(--now);border-radius:99px;padding:1px 10px;font-size:12.5px;font-weight:600}
.matrix{margin-top:16px;background:var(--sheet);border:1px solid var(--rule);border-radius:6px;padding:14px 18px 16px;display:grid;gap:14px}
.band h3{font-size:15px;margin-bottom:6px}.band-axes{display:grid;grid-template-columns:repeat(auto-fill,minmax(330px,1fr));gap:10px 26px}
.axis-name{display:block;font-size:12.5px;color:var(--ink-soft);margin-bottom:3px}
.axis-cells{display:flex;flex-wrap:wrap;gap:5px}
.cell{display:grid;gap:0 8px;grid-template-columns:auto auto;background:var(--tint);color:var(--ink);border-left:3px solid var(--now);border-radius:3px;padding:3px 8px;text-decoration:none;font-size:12.5px;line-height:1.35}
.cell:hover{outline:1px solid var(--now)}.cell-level{font-size:11.5px;grid-column:1/-1}.cell-value{color:var(--now);font-weight:600;font-variant-numeric:tabular-nums}.cell-n{color:var(--ink-soft);text-align:right}.cell-interval{grid-column:1/-1;font-size:11px;color:var(--ink-soft);font-variant-numeric:tabular-nums}
section>h2,.section-head h2{font-size:25px}.section-head{border-bottom:2px solid var(--ink);padding-bottom:6px}
section>h2{border-bottom:2px solid var(--ink);padding-bottom:6px}
.headline{font-size:16.5px;margin:12px 0 4px;max-width:80ch}.what{color:var(--ink-soft);margin:4px 0 14px;max-width:86ch;font-size:14px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;margin:14px 0}
.tile{background:var(--sheet);border:1px solid var(--rule);border-left:4px solid var(--now);border-radius:4px;padding:10px 14px}
.tile b{display:block;font-size:21px;font-variant-numeric:tabular-nums}.tile span{font-size:13px;color:var(--ink-soft)}
.downloads{display:flex;justify-content:flex-end;gap:4px;margin-top:-4px}.downloads button{font-size:11.5px;padding:0 7px;color:var(--ink-soft)}
.table-frame{overflow-x:auto;background:var(--sheet);border:1px solid var(--rule);border-radius:6px;margin:10px 0}
table{border-collapse:collapse;width:100%;font-size:13.5px}
caption{text-align:left;padding:8px 12px;color:var(--ink-soft);font-size:13px;caption-side:top}
th,td{padding:6px 10px;text-align:left;vertical-align:top;border-top:1px solid var(--rule)}
thead th{font-weight:600;font-size:12.5px;line-height:1.3;color:var(--ink-soft);border-top:0;vertical-align:bottom}
.report td.start>span:first-child{white-space:nowrap}.report td.start .sub{min-width:15ch}.report td.end>span{white-space:nowrap}
th.end,td.end{text-align:right;font-variant-numeric:tabular-nums}
th.group{background:var(--paper);font-size:13.5px}.group-note{margin-left:10px;font-weight:400;color:var(--ink-soft)}th.group button{margin-left:12px}
tbody.collapsed tr:not(.group-head){display:none}
td .sub{display:block;color:var(--ink-soft);font-size:12px}td.marked>span:first-child{color:var(--is-fail);font-weight:600}
tr.note td{border-top:0;padding-top:0;color:var(--ink-soft);font-size:13px}
tr:target td{background:var(--tint)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:16px;margin-top:14px}
figure{margin:0;background:var(--sheet);border:1px solid var(--rule);border-radius:6px;padding:14px 16px;min-width:0}
h4,figure h3{margin:0 0 8px;font-size:14.5px;font-weight:700;line-height:1.35;font-family:inherit}.chart{position:relative}figcaption{color:var(--ink-soft);font-size:13px;margin-top:8px}
figure.grid{overflow:hidden}.grid-frame{overflow-x:auto}.grid-frame table{width:auto;border-collapse:separate;border-spacing:2px}
.grid-frame th,.grid-frame td{border:0;padding:3px 8px;font-size:12.5px}.grid-frame thead th{text-align:center;color:var(--ink-soft)}.grid-frame thead tr:first-child th:first-child{text-align:left}
.grid-frame tbody th{font-weight:400;white-space:nowrap;font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12px;text-align:left}
.grid-frame td{text-align:center;white-space:nowrap;border-radius:3px;font-variant-numeric:tabular-nums;background:color-mix(in srgb,var(--accent) var(--shade,0%),var(--paper))}
.grid-frame td[class^=is-]{background:var(--tint);color:var(--now);font-weight:600}
details{margin:10px 0}summary{cursor:pointer;font-size:14px}
.pair{background:var(--sheet);border:1px solid var(--rule);border-radius:6px;margin:10px 0;padding:10px 14px}
.pair-head{margin:0 0 6px;font-size:13px;color:var(--ink-soft);overflow-wrap:anywhere}
.pair-texts{display:grid;grid-template-columns:1fr 1fr;gap:12px}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:12.5px;background:var(--paper);border-radius:4px;padding:8px 10px;unicode-bidi:plaintext}
mark{background:var(--mark);color:inherit;padding:0 1px}
.names{display:grid;grid-template-columns:minmax(160px,max-content) 1fr;gap:5px 20px;font-size:14px;margin:12px 0}
.names dt{color:var(--ink-soft)}.names dd{margin:0;overflow-wrap:anywhere}
.source{margin-left:8px;font-size:11px;border:1px solid var(--rule);border-radius:99px;padding:0 7px;color:var(--ink-soft)}.source-observed{border-color:var(--is-pass);color:var(--is-pass)}.source-unknown{border-color:var(--is-inconclusive);color:var(--is-inconclusive)}
footer{color:var(--ink-soft);font-size:13px;padding-top:40px;padding-bottom:40px}
@media (max-width:820px){.cards{grid-template-columns:1fr}.pair-texts{grid-template-columns:1fr}main,nav,footer{padding-left:14px;padding-right:14px}.banner{padding:16px}.band-axes{grid-template-columns:1fr}.names,.facts{grid-template-columns:1fr;gap:0}.names dd,.facts dd{margin-bottom:7px}}
@media print{:root{--paper:#fff;--sheet:#fff}nav,button{display:none}section{break-before:auto;margin-top:26px}figure,tr,.card,.pair{break-inside:avoid}tbody.collapsed tr:not(.group-head){display:table-row}body{font-size:11.5px}.table-frame{overflow:visible}}
`;
