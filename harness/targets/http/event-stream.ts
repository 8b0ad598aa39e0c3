/**
 * An answer that came as server-sent events, put together as the whole answer would be: the pieces of each choice joined in the order in
 * which they came, and what only some events have (usage, ids of tokens, the end) where a whole answer has it.
 * @module
 */
import { parseLenientJson } from './lenient-json.ts';
import { asList, asWire, textAt, type Wire } from './wire.ts';

export interface JoinedEvents {
  readonly json: Wire;
  /** Events that brought text. */
  readonly pieces: number;
}

interface OpenChoice {
  readonly chat: boolean;
  text: string;
  finishReason: string | null;
  readonly tokenIds: unknown[];
  readonly fields: Record<string, unknown>;
}

/** Null when the text is no stream of events. */
export function joinEvents(text: string): JoinedEvents | null {
  const events = dataOf(text);
  if (events === null) return null;
  const whole: Record<string, unknown> = {};
  const choices = new Map<number, OpenChoice>();
  let pieces = 0;
  for (const event of events) {
    for (const [name, value] of Object.entries(event)) if (name !== 'choices' && value !== null) whole[name] = value;
    for (const choice of (asList(event['choices']) ?? []).map(asWire))
      if (choice !== null) pieces += add(choices, choice);
  }
  const joined = [...choices].sort(([a], [b]) => a - b).map(([index, choice]) => wholeChoice(index, choice));
  return { json: { ...whole, choices: joined }, pieces };
}

/** The JSON of each event but the last `[DONE]`; null when the text holds something else. */
function dataOf(text: string): Wire[] | null {
  const data = text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trim())
    .filter((line) => line !== '[DONE]');
  if (data.length === 0) return null;
  try {
    const events = data.map((line) => asWire(parseLenientJson(line)));
    return events.every((event) => event !== null) ? events : null;
  } catch {
    return null;
  }
}

/** The text that one choice of an event brings; '' for none. */
function pieceOf(choice: Wire): string {
  const delta = asWire(choice['delta']);
  return (delta === null ? textAt(choice, 'text') : textAt(delta, 'content')) ?? '';
}

/** When a part of an answer had come, on the clock of the client: all bytes before `endByte`. */
export interface Arrival {
  readonly atMs: number;
  readonly endByte: number;
}

/**
 * When each event that brought text was complete. Events that came in one packet have one time: the client cannot know more.
 *
 * @param arrivals - ascending
 */
export function pieceTimes(text: string, arrivals: readonly Arrival[]): number[] {
  const times: number[] = [];
  let lineEnd = 0;
  let packet = 0;
  for (const line of text.split('\n')) {
    lineEnd += Buffer.byteLength(line);
    const [event] = line.startsWith('data:') ? (dataOf(line) ?? []) : [];
    const choices = (asList(event?.['choices']) ?? []).map(asWire);
    if (choices.some((choice) => choice !== null && pieceOf(choice) !== '')) {
      while (packet < arrivals.length - 1 && arrivals[packet].endByte < lineEnd) packet++;
      if (arrivals[packet] !== undefined) times.push(arrivals[packet].atMs);
    }
    lineEnd++;
  }
  return times;
}

/** 1 when the event brought text. */
function add(choices: Map<number, OpenChoice>, choice: Wire): 0 | 1 {
  const index = typeof choice['index'] === 'number' ? choice['index'] : 0;
  const delta = asWire(choice['delta']);
  let open = choices.get(index);
  if (open === undefined) {
    open = { chat: delta !== null, text: '', finishReason: null, tokenIds: [], fields: {} };
    choices.set(index, open);
  }
  const piece = pieceOf(choice);
  open.text += piece;
  open.finishReason = textAt(choice, 'finish_reason') ?? open.finishReason;
  open.tokenIds.push(...(asList(choice['token_ids']) ?? []));
  if (asList(choice['prompt_token_ids']) !== null) open.fields['prompt_token_ids'] = choice['prompt_token_ids'];
  return piece === '' ? 0 : 1;
}

function wholeChoice(index: number, { chat, text, finishReason, tokenIds, fields }: OpenChoice): Wire {
  return {
    ...fields,
    index,
    ...(chat ? { message: { role: 'assistant', content: text } } : { text }),
    finish_reason: finishReason,
    ...(tokenIds.length === 0 ? {} : { token_ids: tokenIds }),
  };
}
