/**
 * Puts the tables of docs/benchmarks/fault-bench.json (written by `evenkeel fault-bench --output-dir docs/benchmarks`) into
 * docs/fault-bench.md, between its markers.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';

const at = (path) => new URL(`../${path}`, import.meta.url);
const bench = JSON.parse(readFileSync(at('docs/benchmarks/fault-bench.json'), 'utf8'));

/** A table as prettier writes it. */
function table(columns, rows) {
  const widths = columns.map((c, i) => Math.max(3, c.length, ...rows.map((row) => row[i].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(columns), `| ${widths.map((w) => '-'.repeat(w)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

const { faults, controls, notRun, seeds, ms, reason, outcome, alpha } = bench;
const sum = (of) => faults.reduce((total, fault) => total + fault[of], 0);
const idle = sum('notActivated');

const summary = [
  `${faults.length} faults on ${seeds} seeds each, ${controls.length} controls; ${(ms / 60_000).toFixed(1)} minutes on two lanes. ` +
    `${outcome.toUpperCase()}: ${reason}`,
  '',
  `Found in ${sum('detected')} of ${sum('seeded') - idle} trials, with what any server returns alone in ${sum('black')}; ` +
    `named rightly in ${sum('localised')} of ${sum('detected')}. Idle: ${idle}. ` +
    `False alarms: ${controls.reduce((total, { alarms }) => total + alarms, 0)} in ${controls.reduce((total, { runs }) => total + runs, 0)} clean runs.`,
].join('\n');

const faultTable = table(
  ['fault', 'name', 'suite', 'found', 'named rightly', 'any server (BB)', 'idle'],
  faults.map(({ id, name, suite, core, seeded, notActivated, detected, localised, black }) => [
    core ? `**${id}**` : id,
    name,
    suite,
    `${detected}/${seeded - notActivated}`,
    `${localised}/${detected}`,
    String(black),
    String(notActivated),
  ]),
);
const controlTable = table(
  ['control', 'change', 'alarms', 'rate below (95 %)'],
  controls.map(({ id, title, runs, alarms, rateHigh }) => [id, title, `${alarms}/${runs}`, rateHigh.toFixed(3)]),
);
const notRunTable = table(
  ['not run', 'name', 'why'],
  notRun.map(({ id, name, why }) => [id, name, why]),
);

const page = at('docs/fault-bench.md');
let text = readFileSync(page, 'utf8');
for (const [name, content] of Object.entries({
  summary,
  faults: faultTable,
  controls: `${controlTable}\n\nAccepted: a rate of ${alpha}.`,
  'not run': notRunTable,
})) {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/fault-bench.md: no markers for ${name}`);
  text = `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
writeFileSync(page, text);
