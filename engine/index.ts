/** The public door `evenkeel/engine`: the exact DeepSeek-V4-style reference engine. @module */
export {
  CheckpointError,
  buildCheckpoint,
  loadCheckpoint,
  parseModelConfig,
  presetConfig,
  saveCheckpoint,
  seededTensors,
  tensorInventory,
  countByDtype,
  writeSafetensors,
  readSafetensors,
} from './checkpoint/index.ts';
export type {
  Checkpoint,
  CheckpointPreset,
  CheckpointSource,
  ModelConfig,
  Tensor,
  TensorToWrite,
} from './checkpoint/index.ts';
export { formats, kvBytesPerToken, records } from './formats/index.ts';
export type { Codec, EncodeOptions, KvSchedule, Overflow, PackOptions, RecordFormat } from './formats/index.ts';
export { compressVocabulary, createNgramHash } from './memory/index.ts';
export type {
  CompressionOptions,
  NgramHash,
  NgramHashConfig,
  NgramHistory,
  TokenCompression,
  VocabularyToken,
} from './memory/index.ts';
export { createEngine, assembleParts, Session } from './serving/index.ts';
export type {
  BatchRequest,
  BatchResult,
  Engine,
  EngineOptions,
  EngineParts,
  GenerateRequest,
  Generation,
  Score,
  ScoreOptions,
  Sequence,
  SessionCounters,
  TokenLogprob,
} from './serving/index.ts';
export { resetCompressors, resetPositions, resetState } from './cache/index.ts';
export type { CompressorState, LayerState, StateBlock, StateReset } from './cache/index.ts';
export { createMhcReduction, createSplitPolicy, NumericError, PRECISION_MODES } from './model/index.ts';
export type { MhcReduction, PrecisionMode, SplitPolicy } from './model/index.ts';
export { BYTE_SPECIALS, createByteTokenizer } from './tokenizer/index.ts';
export type { ByteTokenizer } from './tokenizer/index.ts';
export type { TraceEvent, TraceTap } from './trace/index.ts';
