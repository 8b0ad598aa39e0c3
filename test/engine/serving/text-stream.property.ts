import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextStream } from '../../../engine/serving/text-stream.ts';
import { byteDetokenizer } from '../../../engine/tokenizer/index.ts';

/** Bytes that make characters of one to four bytes, broken ones too. */
const byteRun = fc
  .array(
    fc.oneof(
      fc
        .constantFrom(...'ab stop'.split(''), 'é', '語', '🌊', '🏴‍☠️', '\ufeff')
        .map((c) => [...new TextEncoder().encode(c)]),
      fc.nat(255).map((b) => [b]),
      fc.constant([300]),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.flat());

function streamed(tokens: readonly number[], stops: readonly string[]): { pieces: string[]; stream: TextStream } {
  const stream = new TextStream(byteDetokenizer(), stops);
  const pieces = tokens.map((token) => stream.push(token));
  pieces.push(stream.end());
  return { pieces, stream };
}

/** The whole at once, without streaming. */
function whole(tokens: readonly number[]): string {
  const { bytesOf } = byteDetokenizer();
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(tokens.flatMap((t) => [...bytesOf(t)])));
}

describe('streamed text', () => {
  it('joined is the text decoded as a whole, whatever the tokens', () => {
    fc.assert(
      fc.property(byteRun, (tokens) => {
        const { pieces, stream } = streamed(tokens, []);
        expect(pieces.join('')).toBe(whole(tokens));
        expect(stream.text).toBe(whole(tokens));
      }),
      { numRuns: 500 },
    );
  });

  it('ends before the first stop string, and never shows the beginning of one that comes', () => {
    const stop = fc
      .array(fc.constantFrom('a', 'b', ' ', 'é', 'st', '語'), { minLength: 1, maxLength: 3 })
      .map((s) => s.join(''));
    fc.assert(
      fc.property(byteRun, fc.array(stop, { minLength: 1, maxLength: 3 }), (tokens, stops) => {
        const text = whole(tokens);
        // the first stop string to be complete ends the text; it begins as early as any that is complete then
        let end = text.length;
        let stopped = false;
        for (let n = 1; n <= text.length && !stopped; n++) {
          const found = stops.map((s) => text.slice(0, n).indexOf(s)).filter((at) => at >= 0);
          if (found.length === 0) continue;
          stopped = true;
          end = Math.min(...found);
        }
        const { pieces, stream } = streamed(tokens, stops);
        if (stopped) {
          expect(stream.stopped).toBe(true);
          expect(text.startsWith(stream.text)).toBe(true);
          // a token may complete several stop strings at once: then the earliest counts
          expect(stream.text.length).toBeLessThanOrEqual(end);
          for (const s of stops) expect(stream.text.includes(s)).toBe(false);
        } else expect(stream.text).toBe(text);
        expect(pieces.join('')).toBe(stream.text);
      }),
      { numRuns: 500 },
    );
  });
});
