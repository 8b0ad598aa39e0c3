/**
 * The serving card of a GGUF file in llama.cpp, and the fingerprint over it.
 *
 * Observed: what the file's header, its bytes and the loaded engine say. Declared: what was asked of the engine, and no function of
 * node-llama-cpp tells whether llama.cpp did it (it may switch flash attention off, or give a cache another type).
 * @module
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { CardEntry } from '../../schema/index.ts';
import type { GgufHeader } from './header.ts';
import type { Llama, LlamaContext, LlamaModel } from './llama-package.ts';
import type { GgufTargetOptions } from './options.ts';

export interface CardInput {
  readonly options: GgufTargetOptions;
  readonly header: GgufHeader;
  readonly sha256: string;
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly packageVersion: string;
  readonly context: Pick<LlamaContext, 'contextSize' | 'batchSize' | 'totalSequences' | 'currentThreads'>;
}

const HEADER_TEXT_MAX = 120;
/** Metadata of the file that a reader of the card asks for, where the file has it. */
const HEADER_KEYS = [
  'general.name',
  'general.size_label',
  'general.license',
  'general.file_type',
  'general.quantization_version',
  'tokenizer.ggml.model',
  'tokenizer.ggml.pre',
];

export function ggufCard(input: CardInput): CardEntry[] {
  const { options, header, sha256, llama, model, context } = input;
  const { architecture, scalars } = header;
  const entry =
    (source: CardEntry['source'], where?: string) =>
    (name: string, value: unknown): CardEntry => ({
      name,
      value: plain(String(value)),
      source,
      ...(where === undefined ? {} : { where }),
    });
  const file = entry('observed', 'GGUF file');
  const engine = entry('observed', 'node-llama-cpp');
  const asked = entry('declared');
  const types = [...header.tensorTypes].map(([type, count]) => `${type} (${count})`).join(', ');
  return [
    file('model_file', basename(options.path)),
    file('weights_digest', `sha256:${sha256}`),
    file('size_bytes', header.sizeBytes),
    file('gguf_version', header.version),
    file('architecture', architecture),
    file('quantization', types),
    file('vocab_size', header.vocabSize),
    ...[...HEADER_KEYS, `${architecture}.context_length`, `${architecture}.block_count`]
      .filter((key) => scalars.has(key))
      .map((key) => file(key, scalars.get(key))),
    engine('server_version', `llama.cpp ${llama.llamaCppRelease.release}`),
    engine('node_llama_cpp_version', input.packageVersion),
    engine('build', llama.buildType),
    engine('hardware', llama.systemInfo.trim()),
    engine('max_context', context.contextSize),
    engine('max_batch', context.totalSequences),
    engine('batch_tokens', context.batchSize),
    engine('threads', context.currentThreads),
    engine('prepends_bos', model.tokens.shouldPrependBosToken),
    asked('gpu_layers', 0),
    asked('attention_backend', `flash attention: ${String(options.flashAttention)}`),
    asked('kv_cache_dtype', options.kvCacheType),
    asked('swa_full_cache', options.swaFullCache),
    asked('prefix_caching', 'none: each level has a fresh context, each sequence is cleared before it is used again'),
    asked('sampler', 'temperature 0: greedy, of llama.cpp; above: softmax over the vocabulary, drawn by evenkeel'),
  ];
}

/** Over every entry but the file's name, each with its length, so that no two cards share their bytes. */
export function cardFingerprint(card: readonly CardEntry[]): string {
  const hash = createHash('sha256');
  const fields = card.filter(({ name }) => name !== 'model_file').flatMap(({ name, value }) => [name, value]);
  for (const field of ['evenkeel/gguf', ...fields]) hash.update(`${Buffer.byteLength(field)}:${field}\n`);
  return hash.digest('hex');
}

/** Text of a file that somebody else wrote: one line, and not long. */
function plain(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
  return line.length > HEADER_TEXT_MAX * 4 ? `${line.slice(0, HEADER_TEXT_MAX * 4)}...` : line;
}
