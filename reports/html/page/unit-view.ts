/**
 * One unit at one level, opened: both outputs side by side, token by token, what else could have come, attempts, counters, and how to run
 * it again.
 * @module
 */
import { copyButton, element } from './dom.ts';
import { millisecondsText, rowStatusNode, type RowWords } from './unit-words.ts';
import { caseNames, unitIdAt, type UnitTable } from './unit-table.ts';
import type { AlternativeDetail, PairDetail, RequestDetail, UnitDetail } from '../../unit-index.ts';

/** Tokens on each side of the first difference; all of them on demand. */
const TOKENS_AROUND = 4;
const TOKENS_WITHOUT_DIFFERENCE = 9;

export interface UnitViewParts {
  readonly table: UnitTable;
  readonly row: number;
  readonly words: RowWords;
  readonly commands: readonly { readonly what: string; readonly command: string }[];
  /** Id of the level's row in the tables; null = it has none. */
  readonly rowAnchor: string | null;
}

/** What is known without the details. */
export function unitHeadNodes({ table, row, words, commands, rowAnchor }: UnitViewParts): HTMLElement[] {
  const unit = table.rowUnit[row];
  const level = table.levels[table.rowLevel[row]];
  const { units, reasons, perturbations, endpoints } = table.index;
  const why = units.why[unit];
  const place = element('p', { class: 'unit-place' }, [
    element('code', { text: unitIdAt(table, unit) }),
    element('span', { text: ` · ${perturbations[units.perturbation[unit]]} · ${caseNames(table, unit).join(', ')}` }),
  ]);
  const source = table.cachedFrom.get(unit);
  const facts = [
    units.attempts[unit] === 0 ? 'no record' : `took ${millisecondsText(units.durationMs[unit])}`,
    units.lane[unit] < 0 ? '' : `worker ${units.lane[unit]}`,
    endpoints[units.endpoint[unit]],
    units.attempts[unit] > 1 ? `${units.attempts[unit]} attempts` : '',
    source === undefined ? '' : `taken from run ${source}`,
  ].filter((fact) => fact !== '');
  return [
    element('div', { class: 'unit-head' }, [
      element('h3', { text: `${level.axis} · ${level.level}` }),
      rowStatusNode(words),
    ]),
    place,
    element('p', { class: 'unit-place' }, [
      element('span', { text: `${level.label}, compared with ${level.reference} · ${facts.join(' · ')}` }),
      rowAnchor === null
        ? null
        : element('a', { class: 'row-link', text: 'the level in the report', attributes: { href: `#${rowAnchor}` } }),
    ]),
    ...(why < 0 ? [] : [element('p', { class: 'unit-why', text: reasons[why] })]),
    element(
      'div',
      { class: 'unit-commands' },
      commands.map(({ what, command }) =>
        element('div', { class: 'reproduce' }, [
          element('span', { class: 'command-what', text: what }),
          element('code', { text: command }),
          copyButton(command),
        ]),
      ),
    ),
  ];
}

export function unitDetailNodes(detail: UnitDetail, levelId: string, reference: string): HTMLElement[] {
  const requestsOf = (id: string): readonly RequestDetail[] =>
    detail.levels.find((level) => level.levelId === id)?.requests ?? [];
  const byId = (requests: readonly RequestDetail[]): Map<string, RequestDetail> =>
    new Map(requests.filter(({ role }) => role === 'probe').map((request) => [request.requestId, request]));
  const left = byId(requestsOf(reference));
  const right = byId(requestsOf(levelId));
  const pairs = detail.pairs.filter((pair) => pair.levelId === levelId);
  // the first that differs is open, or else the first
  const open = Math.max(
    0,
    pairs.findIndex(({ result }) => result === 'd'),
  );
  return [
    ...pairs.flatMap((pair, at) => {
      const [a, b] = [left.get(pair.requestId), right.get(pair.requestId)];
      return a === undefined || b === undefined ? [] : [pairNode(pair, a, b, at === open)];
    }),
    attemptsNode(detail),
    countersNode(detail, levelId, reference),
  ];
}

const RESULT_WORDS: Readonly<Record<PairDetail['result'], string>> = {
  b: 'every bit is equal',
  t: 'tokens are equal, bits are not',
  k: 'tokens are equal; there are no bits to compare',
  x: 'text is equal; tokens cannot be compared',
  d: 'the outputs differ',
  '-': 'not compared',
};

function pairNode(pair: PairDetail, reference: RequestDetail, level: RequestDetail, open: boolean): HTMLElement {
  const { firstTokenDiff, firstBitDiff, alternatives } = pair;
  const where = [
    RESULT_WORDS[pair.result],
    firstTokenDiff === null ? '' : `first token that differs: ${firstTokenDiff}`,
    firstBitDiff === null ? '' : `first bits that differ: token ${firstBitDiff}`,
  ].filter((text) => text !== '');
  const split = splitAtDifference(reference.text, level.text);
  return element('details', { class: 'unit-pair', attributes: open ? { open: '' } : {} }, [
    element('summary', {}, [
      element('b', { text: pair.requestId }),
      element('span', { text: ` · ${where.join(' · ')}` }),
    ]),
    element('div', { class: 'pair-texts' }, [sideNode('Reference', reference, split), sideNode('Level', level, split)]),
    tokensNode(reference, level, firstTokenDiff),
    alternatives === null
      ? null
      : element('div', { class: 'pair-texts' }, [
          alternativesNode('Could have come at the reference', alternatives.reference, tokenAt(level, firstTokenDiff)),
          alternativesNode('Could have come at the level', alternatives.level, tokenAt(reference, firstTokenDiff)),
        ]),
  ]);
}

const tokenAt = ({ tokens }: RequestDetail, at: number | null): string => tokens[at ?? -1] ?? '';

/** How many characters from the start are equal; never inside of one. */
function splitAtDifference(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let same = 0;
  while (same < end && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  const last = a.charCodeAt(same - 1);
  return same > 0 && last >= 0xd800 && last <= 0xdbff ? same - 1 : same;
}

function sideNode(title: string, request: RequestDetail, same: number): HTMLElement {
  const { text, textCut, server } = request;
  const differs = same < text.length;
  const first = differs ? String.fromCodePoint(text.codePointAt(same) ?? 0) : '';
  const facts = [
    request.promptTokens === null ? '' : `${request.promptTokens} prompt tokens`,
    request.cachedTokens === null ? '' : `${request.cachedTokens} from cache`,
    request.tokens.length === 0 ? '' : `${request.tokens.length + request.tokensCut} produced`,
    `ended by ${request.finishReason}`,
    request.row === null ? '' : `row ${request.row}`,
    server === null ? '' : `${server.route}${server.model === null ? '' : ` · ${server.model}`}`,
    server?.systemFingerprint ?? '',
    server === null ? '' : `${millisecondsText(server.finishedMs - server.startedMs)}`,
    server === null || server.attempts.length === 1
      ? ''
      : `sent ${server.attempts.length} times (${server.attempts.map(({ status, error }) => status ?? error ?? 'no answer').join(', ')})`,
  ].filter((fact) => fact !== '');
  const label = `Output of ${request.requestId} at the ${title.toLowerCase()}`;
  return element('div', { class: 'pair-side' }, [
    element('h4', { text: title }),
    element('pre', { attributes: { tabindex: '0', role: 'group', 'aria-label': label } }, [
      document.createTextNode(text.slice(0, same)),
      first === '' ? null : element('mark', { text: first }),
      document.createTextNode(text.slice(same + first.length)),
    ]),
    textCut === 0
      ? null
      : element('p', { class: 'left-out', text: `${textCut} more characters are in the run folder` }),
    element('p', { class: 'side-facts', text: facts.join(' · ') }),
  ]);
}

/** Both sides by position, with log-probabilities. */
function tokensNode(reference: RequestDetail, level: RequestDetail, firstDiff: number | null): HTMLElement | null {
  const count = Math.max(reference.tokens.length, level.tokens.length);
  if (count === 0) return null;
  const around = firstDiff ?? Math.floor(TOKENS_WITHOUT_DIFFERENCE / 2);
  const from = Math.max(0, around - TOKENS_AROUND);
  const to = Math.min(count, around + TOKENS_AROUND + 1);
  const body = element('tbody');
  const fill = (begin: number, end: number): void =>
    body.replaceChildren(
      ...Array.from({ length: end - begin }, (_, i) => tokenRow(reference, level, begin + i, firstDiff)),
    );
  fill(from, to);
  const all = element('button', { text: `All ${count} tokens`, attributes: { type: 'button' } });
  all.addEventListener('click', () => {
    fill(0, count);
    all.remove();
  });
  const cut = Math.max(reference.tokensCut, level.tokensCut);
  const heads = ['Token', 'Reference', 'log p', 'Level', 'log p', 'Difference'];
  return element('div', {}, [
    element(
      'div',
      {
        class: 'table-frame token-table',
        attributes: { tabindex: '0', role: 'group', 'aria-label': `Tokens of ${level.requestId}` },
      },
      [
        element('table', {}, [
          element('thead', {}, [
            element(
              'tr',
              {},
              heads.map((text, at) =>
                element('th', { text, class: [1, 3].includes(at) ? 'start' : 'end', attributes: { scope: 'col' } }),
              ),
            ),
          ]),
          body,
        ]),
      ],
    ),
    to - from < count ? all : null,
    cut === 0 ? null : element('p', { class: 'left-out', text: `${cut} more tokens are in the run folder` }),
  ]);
}

function tokenRow(reference: RequestDetail, level: RequestDetail, at: number, firstDiff: number | null): HTMLElement {
  const [p, q] = [reference.logprobs[at], level.logprobs[at]];
  const comparable = firstDiff === null || at < firstDiff;
  const difference = comparable && typeof p === 'number' && typeof q === 'number' ? logprobText(q - p) : '';
  const token = (request: RequestDetail): HTMLElement => {
    const text = request.tokens[at];
    const cell = element('td', { class: 'start token' }, [
      text === undefined ? element('i', { text: 'ended' }) : element(at === firstDiff ? 'mark' : 'span', { text }),
    ]);
    const top = request.top[at];
    if (top !== undefined && top.length > 0)
      cell.append(element('span', { class: 'sub', text: top.map(alternativeText).join('  ·  ') }));
    return cell;
  };
  return element('tr', { class: at === firstDiff ? 'first-diff' : '' }, [
    element('td', { class: 'end', text: String(at) }),
    token(reference),
    element('td', { class: 'end', text: logprobText(p) }),
    token(level),
    element('td', { class: 'end', text: logprobText(q) }),
    element('td', { class: 'end', text: difference }),
  ]);
}

const alternativeText = ({ token, logprob }: AlternativeDetail): string => `${token} ${logprobText(logprob)}`;

function alternativesNode(title: string, alternatives: readonly AlternativeDetail[], other: string): HTMLElement {
  return element('div', {}, [
    element('h4', { text: title }),
    element(
      'ol',
      { class: 'alternatives' },
      alternatives.map((one) =>
        element('li', { class: one.token === other ? 'is-other' : '' }, [
          element('code', { text: one.token }),
          element('span', { text: ` ${logprobText(one.logprob)}` }),
          one.token === other ? element('span', { class: 'sub', text: ' what the other side has' }) : null,
        ]),
      ),
    ),
  ]);
}

/** Four digits; equal numbers are 0, and a number that is not there is a dash. */
function logprobText(value: number | null | undefined): string {
  if (value === undefined) return '';
  if (value === null) return '–';
  return value === 0 ? '0' : value.toFixed(4);
}

function attemptsNode({ attempts, startedAt, stoppedAt, concurrencyMax, endpoint }: UnitDetail): HTMLElement {
  const facts = [
    `begun ${startedAt}`,
    stoppedAt === null ? 'end not recorded' : `ended ${stoppedAt}`,
    endpoint === null ? '' : endpoint,
    concurrencyMax === null ? '' : `at most ${concurrencyMax} units in flight`,
  ].filter((fact) => fact !== '');
  return element('div', { class: 'unit-attempts' }, [
    element('p', { class: 'side-facts', text: facts.join(' · ') }),
    attempts.length === 1 && attempts[0].error === null
      ? null
      : element(
          'ol',
          {},
          attempts.map(({ error, durationMs, waitMs }) =>
            element('li', {
              text: `${millisecondsText(durationMs)}: ${error ?? 'answered'}${waitMs > 0 ? `, then waited ${millisecondsText(waitMs)}` : ''}`,
            }),
          ),
        ),
  ]);
}

/** Counters that are not zero on a side; how many are zero on both is said. */
function countersNode({ levels }: UnitDetail, levelId: string, reference: string): HTMLElement {
  const of = (id: string): Readonly<Record<string, number>> => levels.find((one) => one.levelId === id)?.counters ?? {};
  const [a, b] = [of(reference), of(levelId)];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const counted = names.filter((name) => (a[name] ?? 0) !== 0 || (b[name] ?? 0) !== 0);
  const zero = names.length - counted.length;
  return element('details', {}, [
    element('summary', {
      text: `Evidence that the paths ran (${counted.length} ${counted.length === 1 ? 'counter' : 'counters'})`,
    }),
    element('div', { class: 'table-frame', attributes: { tabindex: '0', role: 'group', 'aria-label': 'Counters' } }, [
      element('table', { class: 'counters' }, [
        element('thead', {}, [
          element(
            'tr',
            {},
            ['Counter', 'Reference', 'Level'].map((text, at) =>
              element('th', { text, class: at === 0 ? 'start' : 'end', attributes: { scope: 'col' } }),
            ),
          ),
        ]),
        element(
          'tbody',
          {},
          counted.map((name) =>
            element('tr', {}, [
              element('td', { text: name }),
              element('td', { class: 'end', text: String(a[name] ?? 'not counted') }),
              element('td', { class: 'end', text: String(b[name] ?? 'not counted') }),
            ]),
          ),
        ),
      ]),
    ]),
    zero === 0 ? null : element('p', { class: 'left-out', text: `${zero} more are zero on both sides` }),
  ]);
}
