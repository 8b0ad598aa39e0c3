/**
 * What every serving card answers, whatever the server calls it: a field is observed, declared, or unknown, and never left out.
 * @module
 */

export interface StandardField {
  /** The name to declare it by, and to require it by. */
  readonly name: string;
  /** Names of observed fields that answer it, strongest first. */
  readonly observedAs: readonly RegExp[];
}

export const STANDARD_FIELDS: readonly StandardField[] = [
  { name: 'server_version', observedAs: [/^version\.version$/, /^(server_info|info|props)\.(version|build_info)$/] },
  {
    name: 'model_path',
    observedAs: [/(^|\.)(model_path|model_id)$/, /^models\.root$/, /^server_info\.vllm_config\.model$/],
  },
  {
    name: 'weights_digest',
    observedAs: [/(^|\.)(model_sha|digest|weight_version|weights?_(sha256|digest)|checkpointSha256|checkpoint)$/],
  },
  { name: 'dtype', observedAs: [/(^|\.)(dtype|precision|model_dtype)$/] },
  { name: 'quantization', observedAs: [/(^|\.)(quantization|quantization_level|quantize)$/] },
  { name: 'kv_cache_dtype', observedAs: [/(^|\.)kv_cache_dtype$/, /(^|\.)(cache_dtype|records)$/] },
  { name: 'prefix_caching', observedAs: [/(^|\.)(enable_prefix_caching|disable_radix_cache|prefixCache)$/] },
  { name: 'max_context', observedAs: [/(^|\.)(max_model_len|context_length|n_ctx|max_total_tokens|num_ctx)$/] },
  { name: 'max_batch', observedAs: [/(^|\.)(max_num_seqs|max_running_requests|total_slots|max_batch_size|maxBatch)$/] },
  { name: 'attention_backend', observedAs: [/(^|\.)(attention_backend|flash_attn)$/i] },
  { name: 'deterministic_mode', observedAs: [/(^|\.)(VLLM_BATCH_INVARIANT|enable_deterministic_inference)$/] },
  { name: 'chat_template', observedAs: [/(^|\.)(chat_template|template)$/] },
  { name: 'tensor_parallel', observedAs: [/(^|\.)(tensor_parallel_size|tp_size|num_shard)$/] },
  { name: 'hardware', observedAs: [/(^|\.)(gpu|gpu_name|device_name|gpu_models?)$/] },
];
