import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planCompletion } from '../../../engine/server/completion-request.ts';
import { ChoiceDeltas, wholeChoice } from '../../../engine/server/completion-response.ts';
import { Generation } from '../../../engine/server/generation.ts';
import { streamChoices } from '../../../engine/server/stream-choices.ts';
import { TextStream } from '../../../engine/serving/index.ts';
import { byteDetokenizer, byteIntake } from '../../../engine/tokenizer/index.ts';
import { eventsOf } from '../../support/engine-server.ts';

const LIMITS = { vocabSize: 320, maxModelLen: 8192, logprobsMax: 1e6, promptIntake: byteIntake() };

/** A socket that takes `room` bytes and then says that it is full, until it is drained. */
class SlowResponse extends EventEmitter {
  written = '';
  /** Something was written although it had said that it is full. */
  overfilled = false;
  private used = 0;
  destroyed = false;
  readonly room: number;
  constructor(room: number) {
    super();
    this.room = room;
  }
  writeHead(): void {}
  flushHeaders(): void {}
  write(text: string): boolean {
    this.written += text;
    this.overfilled ||= this.used >= this.room;
    this.used += text.length;
    return this.used < this.room;
  }
  end(): void {
    this.emit('close');
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  drain(): void {
    this.used = 0;
    this.emit('drain');
  }
}

// characters of one to four bytes, broken ones, and ids that are no bytes
const tokens = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }).map((text) => [...new TextEncoder().encode(text)]),
      fc.constantFrom([0xe2, 0x82], [0xff], [0xf0, 0x9f], [0x80], [260], [257]),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.flat());
const stops = fc.array(fc.constantFrom('a', '<|', 'é', '\ufffd', '|>x'), { maxLength: 2 });

interface Played {
  readonly generation: Generation;
  /** Produces the next token; false when there is none. */
  step(): boolean;
}

/** What the engine does: tokens, then text as it becomes certain, then the end. */
function play(tokenIds: readonly number[], stop: readonly string[], request: Generation['request']): Played {
  const generation = new Generation('r', request);
  const { onToken, onText, onEnd } = generation.callbacks;
  const stream = new TextStream(byteDetokenizer(), stop);
  const made: number[] = [];
  let over = false;
  const emit = (piece: string): void => {
    if (piece !== '') onText(piece);
  };
  return {
    generation,
    step() {
      if (over) return false;
      const id = tokenIds[made.length];
      if (id !== undefined) {
        made.push(id);
        onToken(id, -made.length, [{ tokenId: id, logprob: -made.length }]);
        emit(stream.push(id));
      }
      over = stream.stopped || made.length >= tokenIds.length;
      if (over) {
        emit(stream.end());
        onEnd({
          id: 'r',
          row: 0,
          tokenIds: made,
          text: stream.text,
          finishReason: stream.stopped ? 'stop' : 'length',
          cachedTokens: 0,
          promptLogprobs: null,
          logprobs: made.map((_, i) => -(i + 1)),
          topLogprobs: made.map((tokenId, i) => [{ tokenId, logprob: -(i + 1) }]),
          logits: null,
          promptLogits: null,
          forcedLogits: null,
        });
      }
      generation.tell();
      return true;
    },
  };
}

describe('a stream', () => {
  it('joins to the whole answer, whatever the tokens, the stop strings, the pace of the client and its buffer', () => {
    fc.assert(
      fc.property(
        fc.array(tokens, { minLength: 1, maxLength: 3 }),
        stops,
        fc.integer({ min: 1, max: 3000 }),
        fc.infiniteStream(fc.nat(4)),
        fc.boolean(),
        (lists, stop, room, pace, echo) => {
          const plan = planCompletion(
            { prompt: lists.map((_, i) => `é${i}`), logprobs: 1, echo, stream: true, return_token_ids: true },
            LIMITS,
          );
          const played = lists.map((tokenIds, i) => play(tokenIds, stop, plan.requests[i]));
          const generations = played.map(({ generation }) => generation);
          const deltas = generations.map((generation, i) => new ChoiceDeltas(plan, generation, i));
          const raw = new SlowResponse(room);
          streamChoices({
            raw: raw as unknown as ServerResponse,
            headers: {},
            stallMs: 1000,
            generations,
            opening: [],
            event: (choice, token, ended) => ({ choices: [deltas[choice].delta(token, ended)] }),
            closing: () => [],
            abort: () => undefined,
          });
          for (const chosen of pace) {
            if (chosen === 4) raw.drain();
            else if (!(played[chosen % played.length].step() || played.some((one) => one.step()))) break;
          }
          while (!raw.written.endsWith('data: [DONE]\n\n')) raw.drain();

          const pieces = eventsOf(raw.written).flatMap(({ choices }) => choices);
          for (const [i, generation] of generations.entries()) {
            const whole = wholeChoice(plan, generation, i);
            const own = pieces.filter(({ index }) => index === i);
            expect(own.map(({ text }) => text).join('')).toBe(whole.text);
            expect(own.flatMap(({ token_ids: ids }) => ids)).toEqual(whole.token_ids);
            for (const key of ['tokens', 'token_logprobs', 'text_offset'] as const)
              expect(own.flatMap(({ logprobs }): readonly unknown[] => logprobs[key])).toEqual(whole.logprobs?.[key]);
            expect(own.filter(({ finish_reason: reason }) => reason !== null)).toHaveLength(1);
            expect(own.at(-1)?.finish_reason).toBe(whole.finish_reason);
          }
          expect(raw.overfilled).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('text offsets', () => {
  it('are where the text that is certain before a token ends', () => {
    fc.assert(
      fc.property(tokens, (tokenIds) => {
        const plan = planCompletion({ prompt: 'x', logprobs: 0 }, LIMITS);
        const played = play(tokenIds, [], plan.requests[0]);
        while (played.step());
        const { text, logprobs } = wholeChoice(plan, played.generation, 0);
        const characters = [...text];
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        let before = '';
        tokenIds.forEach((id, i) => {
          expect(characters.slice(0, logprobs!.text_offset[i]).join('')).toBe(before);
          before += decoder.decode(byteDetokenizer().bytesOf(id), { stream: true });
        });
      }),
    );
  });
});
