/**
 * Checks as text: what did not pass, levels with the same reason together, worst first. Fits the width by wrapping.
 * @module
 */
import type { Check, Verdict } from '../schema/index.ts';
import { paint } from './colour.ts';
import { counted, oneLine } from './words.ts';

const WORST_FIRST: readonly Check['outcome'][] = ['fail', 'incomplete', 'inconclusive'];
const OUTCOME_PAINTS = { pass: 'green', fail: 'red', inconclusive: 'yellow', incomplete: 'red' } as const;
const GROUPS_SHOWN = 12;
const PLACES_SHOWN = 3;
const COLUMNS_MAX = 100;

export interface TextStyle {
  readonly colour: boolean;
  readonly columns: number;
}

/** @param also - checks that are told although they passed */
export function checkLines(
  checks: readonly Check[],
  { waivers }: Pick<Verdict, 'waivers'>,
  style: TextStyle,
  also: (check: Check) => boolean = () => false,
): string[] {
  const told = [
    ...WORST_FIRST.flatMap((outcome) => checks.filter((check) => check.outcome === outcome)),
    ...checks.filter((check) => check.outcome === 'pass' && also(check)),
  ];
  const groups = new Map<string, Check[]>();
  for (const check of told) {
    const key = JSON.stringify([check.outcome, check.report, check.metric, check.reason, check.waivedBy]);
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  const shown = [...groups.values()].slice(0, GROUPS_SHOWN);
  const more = told.length - shown.flat().length;
  return [
    ...shown.flatMap((group) => groupLines(group, waivers, style)),
    ...(more > 0 ? [`and ${counted(more, 'more check')}; --json shows all`] : []),
  ];
}

function groupLines(group: readonly Check[], waivers: Verdict['waivers'], { colour, columns }: TextStyle): string[] {
  const [{ outcome, report, metric, reason, waivedBy }] = group;
  const waiver = waivedBy === null ? undefined : waivers[waivedBy];
  const waived = waiver === undefined ? '' : ` Waived by ${waiver.owner} until ${waiver.expires}: ${waiver.reason}`;
  const places = group.slice(0, PLACES_SHOWN).map(({ axis, level }) => (level === '*' ? axis : `${axis} ${level}`));
  const rest = group.length - places.length;
  const head = `${report}, ${metric}: ${places.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const [first, ...others] = wrapped(oneLine(`${outcome}  ${head}`), columns, '');
  return [
    `${paint(OUTCOME_PAINTS[outcome], outcome, colour)}${first.slice(outcome.length)}`,
    ...others,
    ...wrapped(oneLine(`${reason}${waived}`), columns, '    '),
  ];
}

/** Outcome, policy and reason: the end of every verdict. */
export function verdictLines(verdict: Verdict, { colour, columns }: TextStyle): string[] {
  const { outcome, exitCode, policyName, reason, waivers } = verdict;
  return [
    ...waivers
      .filter(({ state }) => state !== 'active')
      .map(({ owner, report, axis, expires, state }) =>
        oneLine(`waiver of ${owner} for ${report} ${axis} (until ${expires}) is ${state}`),
      ),
    `${paint(OUTCOME_PAINTS[outcome], outcome, colour)} (policy ${oneLine(policyName)}, exit ${exitCode})`,
    ...wrapped(oneLine(reason), columns, '  '),
  ];
}

/** Breaks at spaces. */
function wrapped(text: string, columns: number, indent: string): string[] {
  const width = Math.min(columns, COLUMNS_MAX);
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && indent.length + current.length + 1 + word.length > width) {
      lines.push(indent + current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, indent + current];
}
