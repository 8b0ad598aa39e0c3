/**
 * The tables and metrics of an export as Markdown: the reference part of the documentation page.
 * @module
 */
import type { Column } from './column.ts';
import {
  AGREEMENT_METRICS,
  DETERMINISM_METRICS,
  DRIFT_METRICS,
  LEAKAGE_METRICS,
  PROFILE_METRICS,
  type Metric,
} from './metrics.ts';
import type { Table } from './table.ts';

export function exportPage(tables: readonly Table[]): string {
  return [...tables.map(tableSection), metricSection()].join('\n');
}

function tableSection({ name, row, columns }: Table): string {
  const lines = columns.map(({ name: column, type, unit, meaning, isOutput, nullable }) => [
    `\`${column}\``,
    typeText({ type, nullable }),
    unit,
    isOutput ? `${meaning} Only with \`--with-outputs\`.` : meaning,
  ]);
  return `### \`${name}\`\n\n${row}\n\n${table(['column', 'type', 'unit', 'meaning'], lines)}\n`;
}

const typeText = ({ type, nullable }: Pick<Column, 'type' | 'nullable'>): string =>
  nullable ? `${type}, or null` : type;

function metricSection(): string {
  const reports: readonly (readonly [string, readonly Metric[]])[] = [
    ['determinism', DETERMINISM_METRICS],
    ['agreement', AGREEMENT_METRICS],
    ['drift', DRIFT_METRICS],
    ['leakage', LEAKAGE_METRICS],
    ['profile', PROFILE_METRICS],
  ];
  const lines = reports.flatMap(([report, metrics]) =>
    metrics.map(({ id, unit, interval, title, meaning }) => [
      report,
      `\`${id}\``,
      unit,
      interval,
      `${title}. ${meaning}`,
    ]),
  );
  return `### Metrics of \`findings\`\n\n${table(['report', 'metric', 'unit', 'interval', 'meaning'], lines)}\n`;
}

function table(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...lines.map(line)].join('\n');
}
