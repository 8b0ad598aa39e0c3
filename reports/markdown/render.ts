/**
 * The verdict in Markdown, for a job summary or a comment: banner, one line per report, what did not pass, what else was measured, how to make it again.
 *
 * Texts come from servers and case files: they stand in code spans or escaped, never as markup. The whole fits in a comment of 65,536
 * characters; what is left out is counted.
 * @module
 */
import type { CheckRow, Section, View } from '../view.ts';

/** GitHub's limit of a comment, less room for what a workflow puts around it. */
const CHARACTERS_MAX = 60_000;

export function renderMarkdown(view: View): string {
  const { banner } = view;
  const open = view.checks.filter(({ status }) => status.outcome !== 'pass' && status.outcome !== 'measured');
  const head = [
    `## ${banner.status.glyph} evenkeel: ${plain(banner.status.word)}`,
    '',
    plain(banner.sentence),
    '',
    '| report | verdict | | |',
    '| --- | --- | --- | --- |',
    ...view.cards.map(({ title, status, figure, figureCaption, summary }) =>
      row([plain(title), `${status.glyph} ${plain(status.word)}`, plain(`${figure} ${figureCaption}`), plain(summary)]),
    ),
    '',
  ];
  const facts = view.sections.flatMap(({ facts: measured }) => measured);
  const tail = [
    ...facts.map(({ name, value }) => `- ${plain(name)}: ${plain(value)}`),
    ...(facts.length === 0 ? [] : ['']),
    ...view.sections.filter(({ report }) => report === 'cache-timing' || report === 'profile').flatMap(tableLines),
    `Target ${code(view.target)}, policy ${code(banner.policyName)}, run ${code(view.runId)}, ${plain(banner.units)}.`,
    '',
    ...(banner.reproduce === '' ? [] : [`Again: ${code(banner.reproduce)}`, '']),
  ];
  const room = CHARACTERS_MAX - [...head, ...tail].join('\n').length;
  return `${[...head, ...openLines(open, room), ...tail].join('\n').trimEnd()}\n`;
}

/** More rows than this are read in the report. */
const ROWS_MAX = 24;

/** What is shown on demand elsewhere is not shown here. */
function tableLines({ title, headline, table }: Section): string[] {
  const rows = table.groups.filter(({ collapsed }) => !collapsed).flatMap((group) => group.rows);
  const shown = table.columns.flatMap(({ shortTitle }, index) => (shortTitle === null ? [] : [{ shortTitle, index }]));
  const left = rows.length - ROWS_MAX;
  return [
    `### ${plain(title)}`,
    '',
    plain(headline),
    '',
    ...(rows.length === 0
      ? []
      : [
          row(shown.map(({ shortTitle }) => plain(shortTitle))),
          row(shown.map(() => '---')),
          ...rows.slice(0, ROWS_MAX).map(({ cells }) => row(shown.map(({ index }) => plain(cells[index].text)))),
          ...(left > 0 ? ['', `and ${left} more, in the report of the run`] : []),
          '',
        ]),
  ];
}

function openLines(checks: readonly CheckRow[], room: number): string[] {
  if (checks.length === 0) return [];
  const lines = ['| check | observed | why |', '| --- | --- | --- |'];
  let left = room - 200;
  let shown = 0;
  for (const { report, place, rule, observed, status, reason } of checks) {
    const line = row([
      `${status.glyph} ${plain(report)}, ${code(place)}: ${plain(rule)}`,
      plain(observed),
      plain(reason),
    ]);
    left -= line.length + 1;
    if (left < 0) break;
    lines.push(line);
    shown++;
  }
  const rest = checks.length - shown;
  return [...lines, ...(rest === 0 ? [] : ['', `and ${rest} more, in the report of the run`]), ''];
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** As text: nothing in it is markup, a mention or a reference. */
function plain(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]()#+!|~<>&]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/@/g, '&#64;')
    .replace(/\b(https?|ftp|www)(?=[:.])/gi, '$1&#8203;');
}

/** A code span whose fence is longer than any run of backticks in it; a bar would end a table's cell. */
function code(text: string): string {
  const inner = oneLine(text).replaceAll('|', '\\|');
  const longest = [...inner.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 || inner === '' ? ' ' : '';
  return `${fence}${space}${inner}${space}${fence}`;
}
