/**
 * The result of the fault bench for people: tables that fit 80 columns, and a figure.
 * @module
 */
import type { FaultBench } from '../../schema/index.ts';
import { durationText, tableText } from '../words.ts';

const WHY_MAX = 42;

export function benchText(bench: FaultBench): string {
  const parts = [
    ...(bench.faults.length === 0 ? [] : [faultTable(bench), suiteTable(bench)]),
    ...(bench.controls.length === 0 ? [] : [controlTable(bench)]),
    notRunText(bench),
    `${bench.outcome.toUpperCase()}: ${bench.reason} ${bench.seeds} seeds, ${durationText(bench.ms)}.\n`,
  ];
  return parts.join('\n');
}

function faultTable({ faults }: FaultBench): string {
  const share = (k: number, n: number): string => `${k}/${n}`;
  const rows = faults.map((fault) => {
    const active = fault.seeded - fault.notActivated;
    return [
      `${fault.id}${fault.core ? '*' : ''}`,
      fault.name,
      fault.suite,
      share(fault.detected, active),
      share(fault.localised, fault.detected),
      String(fault.white),
      String(fault.black),
      String(fault.notActivated),
      (fault.ms / 1000 / Math.max(1, fault.seeded)).toFixed(1),
    ];
  });
  const head = ['fault', 'name (* core)', 'suite', 'found', 'local', 'WB', 'BB', 'idle', 's'];
  return tableText(head, rows);
}

/** Detected and seeded, by suite. */
function suiteTable({ faults }: FaultBench): string {
  const suites = [...new Set(faults.map(({ suite }) => suite))];
  const rows = suites.map((suite) => {
    const own = faults.filter((fault) => fault.suite === suite);
    const sum = (of: 'detected' | 'seeded' | 'notActivated' | 'ms'): number =>
      own.reduce((total, fault) => total + fault[of], 0);
    return [suite, own.length, sum('detected'), sum('seeded'), sum('notActivated'), durationText(sum('ms'))];
  });
  return tableText(['suite', 'faults', 'detected', 'seeded', 'idle', 'time'], rows);
}

function controlTable({ controls }: FaultBench): string {
  const rows = controls.map(({ id, title, runs, alarms, rateHigh, outcome }) => [
    id,
    shortened(title, WHY_MAX),
    `${alarms}/${runs}`,
    rateHigh.toFixed(3),
    outcome,
  ]);
  return tableText(['control', 'change', 'alarms', 'below', ''], rows);
}

function notRunText({ notRun }: FaultBench): string {
  if (notRun.length === 0) return '';
  const rows = notRun.map(({ id, name, why }) => [id, shortened(name, 26), shortened(why, WHY_MAX)]);
  return tableText(['not run', 'name', 'why'], rows);
}

const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 3)}...`;

const ROW = 16;
const BAR_FROM = 240;
const BAR = 320;

/** One bar a fault: found with logits, and of that what any server shows. */
export function benchFigure({ faults, seeds }: FaultBench): string {
  const height = (faults.length + 2) * ROW;
  const bars = faults.map((fault, index) => {
    const y = (index + 1) * ROW;
    const width = (k: number): string => ((BAR * k) / Math.max(1, fault.seeded)).toFixed(1);
    return [
      `<text x="4" y="${y + 11}">${fault.id} ${fault.name}</text>`,
      `<rect x="${BAR_FROM}" y="${y + 2}" width="${BAR}" height="11" fill="#eee"/>`,
      `<rect x="${BAR_FROM}" y="${y + 2}" width="${width(fault.detected)}" height="11" fill="#8fb8de"/>`,
      `<rect x="${BAR_FROM}" y="${y + 5}" width="${width(fault.black)}" height="5" fill="#1f5a94"/>`,
    ].join('');
  });
  const title = `Seeds of ${seeds} in which each fault was found: in all (light), by what any server returns (dark)`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${BAR_FROM + BAR + 10}" height="${height}" font-family="sans-serif" font-size="11">` +
    `<rect width="100%" height="100%" fill="#fff"/><text x="4" y="11">${title}</text>${bars.join('')}</svg>\n`
  );
}
