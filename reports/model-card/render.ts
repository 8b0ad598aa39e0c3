/**
 * The serving card as a section of a model card, in Markdown: how the model was served when it was measured, and how that is known.
 *
 * What a server says is hostile input: it becomes code spans in table cells, never markup.
 * @module
 */
import type { Capability, CardEntry, Invariant, Manifest } from '../../harness/schema/index.ts';
import { count, percent } from '../number-format.ts';

const SOURCES: Readonly<Record<CardEntry['source'], string>> = {
  observed: 'observed',
  declared: 'declared by the operator',
  inferred: 'inferred',
  unknown: 'unknown',
};
const STATES: Readonly<Record<Capability['state'], string>> = {
  supported: 'yes',
  unsupported: 'no',
  broken: 'broken',
  'not-probed': 'not known',
};

/** @param invariants - of the run's verdict; [] = it has none, or was not judged */
export function modelCardSection(
  { target, runId, createdAt, evenkeelVersion }: Manifest,
  invariants: readonly Invariant[] = [],
): string {
  const { endpoint } = target;
  const lines = [
    '## Serving configuration',
    '',
    `As measured by evenkeel ${evenkeelVersion}, run ${code(runId)}, ${createdAt}.`,
    `Target ${code(target.id)} (${code(target.kind)}), fingerprint ${code(target.fingerprintSha256)}.`,
    '',
    '| entry | value | how it is known |',
    '| --- | --- | --- |',
    ...target.card.map(({ name, value, source, where }) =>
      row([
        code(name),
        source === 'unknown' ? plain(value) : code(value),
        where === undefined ? SOURCES[source] : `${SOURCES[source]}, ${plain(where)}`,
      ]),
    ),
    ...(endpoint === undefined
      ? []
      : [
          '',
          `### What ${code(endpoint.baseUrl)} was seen to do`,
          '',
          '| capability | state | evidence |',
          '| --- | --- | --- |',
          ...endpoint.capabilities.map(({ id, state, evidence }) => row([code(id), STATES[state], plain(evidence)])),
        ]),
    ...(invariants.length === 0
      ? []
      : [
          '',
          '### What each knob leaves of an output',
          '',
          '| knob | output | comparisons | may still differ |',
          '| --- | --- | --- | --- |',
          ...invariants.map(({ knob, keeps, n, failureRateHigh }) =>
            row([
              code(knob),
              keeps,
              count(n),
              failureRateHigh === null ? 'not known' : `at most ${percent(failureRateHigh)}`,
            ]),
          ),
        ]),
    '',
  ];
  return `${lines.join('\n')}\n`.replace(/\n\n\n+$/, '\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A code span that no content can end: a fence longer than any run of backticks in it. */
function code(text: string): string {
  const safe = oneLine(text).replaceAll('|', '\\|');
  if (safe === '') return '(empty)';
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${safe}${fence}` : `${fence} ${safe} ${fence}`;
}

/** Text that stays text: one line, no markup, no link, no HTML. */
export function plain(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]()#!|~>]/g, '\\$&');
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
