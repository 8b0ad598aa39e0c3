/**
 * Produced tokens as text that comes in pieces: never half a character, never the beginning of what may become a stop string.
 *
 * Promise: the pieces joined are the text, whatever the pieces are. A stop string may begin in one token and end in another; the text
 * ends before it. Bytes that are no UTF-8 become U+FFFD, as a whole decode would make them.
 * @module
 */
import type { Detokenizer } from '../tokenizer/index.ts';

export class TextStream {
  private readonly detokenizer: Detokenizer;
  private readonly stops: readonly string[];
  private readonly decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  /** Decoded, not yet given out: it may be the beginning of a stop string. */
  private held = '';
  text = '';
  stopped = false;

  constructor(detokenizer: Detokenizer, stops: readonly string[]) {
    this.detokenizer = detokenizer;
    this.stops = stops.filter((s) => s !== '');
  }

  /** Takes a token; returns the text that is now certain. */
  push(tokenId: number): string {
    if (this.stopped) return '';
    return this.take(this.decoder.decode(this.detokenizer.bytesOf(tokenId), { stream: true }));
  }

  /** Ends the text: what was held back comes out. */
  end(): string {
    if (this.stopped) return '';
    const last = this.take(this.decoder.decode());
    if (this.stopped) return last;
    const rest = this.held;
    this.held = '';
    this.text += rest;
    return last + rest;
  }

  private take(decoded: string): string {
    this.held += decoded;
    const found = this.stops.map((stop) => this.held.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) {
      this.stopped = true;
      return this.give(Math.min(...found));
    }
    return this.give(this.held.length - this.heldBack());
  }

  /** Length of the longest end of the held text that a stop string begins with. */
  private heldBack(): number {
    const longest = Math.min(this.held.length, Math.max(0, ...this.stops.map((stop) => stop.length - 1)));
    for (let n = longest; n > 0; n--)
      if (this.stops.some((stop) => stop.startsWith(this.held.slice(this.held.length - n)))) return n;
    return 0;
  }

  private give(length: number): string {
    const piece = this.held.slice(0, length);
    this.held = this.stopped ? '' : this.held.slice(length);
    this.text += piece;
    return piece;
  }
}
