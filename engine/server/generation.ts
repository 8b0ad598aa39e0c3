/**
 * One choice on its way: what the engine has produced so far, and its end. Told to its reader between steps, never within one.
 * @module
 */
import type { BatchRequest, BatchResult, PromptLogprob, TokenLogprob } from '../serving/index.ts';
import type { ApiError } from './api-error.ts';
import type { EngineRequest } from './engine-loop.ts';

export interface ProducedToken {
  readonly tokenId: number;
  readonly logprob: number;
  readonly top: readonly TokenLogprob[];
  /** Text that became certain with this token; often '' in the middle of a character or of what may become a stop string. */
  text: string;
}

export class Generation {
  readonly id: string;
  readonly request: EngineRequest;
  /** Of the prompt, when they were asked for: complete before the first token. */
  readonly promptLogprobs: PromptLogprob[] = [];
  readonly produced: ProducedToken[] = [];
  result: BatchResult | null = null;
  error: ApiError | null = null;
  private told = { produced: 0, ended: false };
  private reader: () => void = () => undefined;
  /** Text before the first token: only an engine that mixes clients up sends it. */
  private early = '';

  constructor(id: string, request: EngineRequest) {
    this.id = id;
    this.request = request;
  }

  get ended(): boolean {
    return this.result !== null || this.error !== null;
  }

  get callbacks(): Required<Pick<BatchRequest, 'onToken' | 'onText' | 'onEnd' | 'onPromptLogprobs'>> {
    return {
      onPromptLogprobs: (entries) => {
        this.promptLogprobs.push(...entries);
      },
      onToken: (tokenId, logprob, top) => {
        this.produced.push({ tokenId, logprob, top, text: this.early });
        this.early = '';
      },
      onText: (piece) => {
        const last = this.produced.at(-1);
        if (last === undefined) this.early += piece;
        else last.text += piece;
      },
      onEnd: (result) => {
        // the first answer counts
        this.result ??= result;
      },
    };
  }

  fail(error: ApiError): void {
    if (this.ended) return;
    this.error = error;
    this.tell();
  }

  /** Calls the reader when there is something new. */
  tell(): void {
    const { told, ended } = this;
    if (told.produced === this.produced.length && told.ended === ended) return;
    this.told = { produced: this.produced.length, ended };
    this.reader();
  }

  onProgress(reader: () => void): void {
    this.reader = reader;
  }

  /** @throws ApiError when it has failed */
  async whole(): Promise<BatchResult> {
    if (!this.ended)
      await new Promise<void>((resolve) => {
        this.onProgress(() => {
          if (this.ended) resolve();
        });
      });
    if (this.error !== null) throw this.error;
    if (this.result === null) throw new Error(`invariant: ${this.id} has ended with nothing`);
    return this.result;
  }
}
