/**
 * `npm run bench:page`: puts the tables of docs/benchmarks (written by `npm run bench`) and of the digest matrix into
 * docs/performance.md, between markers, and draws the figure of decode cost.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';

const at = (path) => new URL(`../${path}`, import.meta.url);
const json = (path) => JSON.parse(readFileSync(at(path), 'utf8'));

/** A table as prettier writes it. */
function table(columns, rows) {
  const widths = columns.map((c, i) => Math.max(3, c.length, ...rows.map((row) => row[i].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(columns), `| ${widths.map((w) => '-'.repeat(w)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

function benchmark(name) {
  const { title, columns, rows } = json(`docs/benchmarks/${name}.json`);
  return `${title}:\n\n${table(columns, rows)}`;
}

function matrix() {
  const rows = json('scripts/digest/matrix.json').map(({ name, version, equal, of, error, notRun }) => [
    name,
    version ?? '-',
    error === undefined ? `${equal} of ${of}` : 'not run',
    (notRun ?? []).join('; ') || '-',
  ]);
  return table(['runtime', 'version', 'equal digests', 'left out'], rows);
}

/** Decode cost against context length: both axes logarithmic, one line per variant. */
function figure() {
  const { columns, rows } = json('docs/benchmarks/context-length.json');
  const [width, height, left, right, top, bottom] = [720, 380, 60, 150, 20, 45];
  const xs = rows.map(([tokens]) => Math.log2(Number(tokens)));
  const values = rows.flatMap((row) => row.slice(1).map(Number));
  const [low, high] = [Math.floor(Math.log2(Math.min(...values))), Math.ceil(Math.log2(Math.max(...values)))];
  const x = (v) => left + ((v - xs[0]) / (xs.at(-1) - xs[0])) * (width - left - right);
  const y = (v) => height - bottom - ((Math.log2(v) - low) / (high - low)) * (height - top - bottom);
  const colours = ['#0b6e4f', '#c8553d', '#3a86c8', '#8f5fbf'];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>Decode cost by context length</title><rect width="${width}" height="${height}" fill="#ffffff"/>`,
  ];
  for (let p = low; p <= high; p++)
    parts.push(
      `<line x1="${left}" x2="${width - right}" y1="${y(2 ** p)}" y2="${y(2 ** p)}" stroke="#dddddd"/>`,
      `<text x="${left - 8}" y="${y(2 ** p) + 4}" text-anchor="end" fill="#444444">${2 ** p}</text>`,
    );
  rows.forEach(([tokens], i) =>
    parts.push(
      `<text x="${x(xs[i])}" y="${height - bottom + 20}" text-anchor="middle" fill="#444444">${Number(tokens) / 1024} Ki</text>`,
    ),
  );
  const ends = columns.slice(1).map((name, v) => ({ name, v, end: y(Number(rows.at(-1)[v + 1])) }));
  ends.sort((a, b) => a.end - b.end).forEach((e, i) => (e.at = i === 0 ? e.end : Math.max(e.end, ends[i - 1].at + 16)));
  for (const { name, v, at: label } of ends) {
    const points = rows.map((row, i) => `${x(xs[i]).toFixed(1)},${y(Number(row[v + 1])).toFixed(1)}`);
    parts.push(
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colours[v]}" stroke-width="2.5"/>`,
      ...points.map((p) => `<circle cx="${p.split(',')[0]}" cy="${p.split(',')[1]}" r="3.5" fill="${colours[v]}"/>`),
      `<text x="${width - right + 10}" y="${label + 4}" fill="${colours[v]}">${name}</text>`,
    );
  }
  parts.push(
    `<text x="${left}" y="14" fill="#444444">ms per token</text>`,
    `<text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle" fill="#444444">context length</text>`,
    '</svg>',
  );
  return `${parts.join('\n')}\n`;
}

const page = readFileSync(at('docs/performance.md'), 'utf8').replace(
  /(<!-- table: ([\w/-]+) -->)[\s\S]*?(<!-- end -->)/g,
  (_, open, name, close) => `${open}\n\n${name === 'digest-matrix' ? matrix() : benchmark(name)}\n\n${close}`,
);
writeFileSync(at('docs/performance.md'), page);
writeFileSync(at('docs/benchmarks/context-length.svg'), figure());
