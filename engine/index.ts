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
export { formats, kvBytesPerToken, RECORD_CHOICES, records } from './formats/index.ts';
export type {
  Codec,
  EncodeOptions,
  KvSchedule,
  Overflow,
  PackOptions,
  RecordChoice,
  RecordFormat,
  RecordSet,
} from './formats/index.ts';
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
  FinishReason,
  GenerateRequest,
  Generation,
  RankedLogprob,
  SamplerRng,
  SamplingRows,
  Score,
  ScoreOptions,
  Sequence,
  SessionCounters,
  TickOutcome,
  TokenLogprob,
} from './serving/index.ts';
export {
  AuditError,
  ColdStoreError,
  createColdCodec,
  createDiskColdStore,
  createEvictionPolicy,
  createMemoryColdStore,
  createWindowPolicy,
  delayedScheduler,
  immediateScheduler,
  resetCompressors,
  resetPositions,
  resetState,
  sha256PrefixKey,
  stagedTransport,
} from './cache/index.ts';
export type {
  ColdCodec,
  ColdEncryption,
  ColdStore,
  CompressorState,
  CopyEvent,
  CopyJob,
  CopyScheduler,
  DiskColdStore,
  DiskColdStoreOptions,
  EvictionPolicy,
  LayerState,
  PageReady,
  PrefixDomain,
  PrefixKey,
  StateBlock,
  StateReset,
  TierTransport,
  WindowPolicy,
  WindowPolicyOption,
} from './cache/index.ts';
export {
  createMhcReduction,
  createSelection,
  createSplitPolicy,
  NumericError,
  PRECISION_MODES,
  SHARED_EXPERT,
  specifiedDispatch,
  specifiedRules,
} from './model/index.ts';
export type {
  AttentionRules,
  EntrySelection,
  ExpertDispatch,
  MhcReduction,
  PrecisionMode,
  Routing,
  SplitPolicy,
} from './model/index.ts';
export { BYTE_SPECIALS, createByteTokenizer } from './tokenizer/index.ts';
export type { ByteTokenizer } from './tokenizer/index.ts';
export { createEventLog, createFingerprintTap, firstDifference } from './trace/index.ts';
export type { EngineEvent, EventSink, OpFingerprint, TraceEvent, TraceTap } from './trace/index.ts';
