/**
 * Whether to colour: --no-color, then FORCE_COLOR, then NO_COLOR, then whether the stream is a terminal.
 * @module
 */
import type { CliIo, TextSink } from './io.ts';

/** @param flag - the value of commander's `--no-color`: false when it was given */
export function wantsColour(io: Pick<CliIo, 'env'>, sink: Pick<TextSink, 'isTty'>, flag: boolean): boolean {
  if (!flag) return false;
  const force = io.env['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  const no = io.env['NO_COLOR'];
  if (no !== undefined && no !== '') return false;
  return sink.isTty && io.env['TERM'] !== 'dumb';
}

const CODES = { red: 31, green: 32, yellow: 33, grey: 90 } as const;

/** Wraps text in a colour, or gives it back. */
export function paint(colour: keyof typeof CODES, text: string, enabled: boolean): string {
  return enabled ? `\u001b[${CODES[colour]}m${text}\u001b[39m` : text;
}
