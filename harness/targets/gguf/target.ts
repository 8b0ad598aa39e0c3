/**
 * A GGUF file as a target: llama.cpp on the CPU of this machine, in this process, through node-llama-cpp (an optional peer).
 *
 * The file's header is read and checked before native code sees the file. The model is loaded when the target is made, since plans need
 * its tokenizer. One lane: llama.cpp has its own threads. Every level has a fresh context; the weights are shared.
 * @module
 */
import { ConfigError, TargetError } from '../../ports/index.ts';
import type { Target, TargetDescription, Tokenizer } from '../../schema/index.ts';
import { cardFingerprint, ggufCard } from './card.ts';
import { contentId, fileSha256 } from './content-digest.ts';
import { readGgufHeader } from './header.ts';
import type { Llama, LlamaModel, LlamaPackage } from './llama-package.ts';
import { checkLlama, checkModel, loadLlamaPackage, oneLine } from './load-package.ts';
import type { GgufTargetOptions } from './options.ts';
import { runLevel } from './run-level.ts';
import { openSession, type Session } from './session.ts';

/** Lines of llama.cpp's log that an error message may end with. */
const LOG_LINES = 3;

/**
 * @param load - gives the package; for tests without it
 * @throws ConfigError when the file is no whole GGUF file, the package is missing, or llama.cpp cannot load the model
 */
export async function createGgufTarget(
  options: GgufTargetOptions,
  load: (directory: string) => Promise<LlamaPackage> = loadLlamaPackage,
): Promise<Target> {
  const header = readGgufHeader(options.path);
  const nodeLlamaCpp = await load(options.directory);
  const sha256 = await fileSha256(options.path);
  const log: string[] = [];
  const { llama, model } = await loadModel(nodeLlamaCpp, options, log);
  const id = options.id ?? contentId(options.path, sha256);
  const tokenizer: Tokenizer = {
    encode: (text) => (text === '' ? [] : [...model.tokenize(text, false)]),
    // special tokens are shown, so that no piece of text vanishes between two others
    decode: (tokenIds) => (tokenIds.length === 0 ? '' : model.detokenize(tokenIds, true)),
  };
  /** What native code throws, as an error of the target. */
  const guarded = async <T>(at: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof TargetError || cause instanceof ConfigError) throw cause;
      const got = [oneLine(cause), ...log.slice(-LOG_LINES)].join('; ');
      throw new TargetError({ code: 'TARGET_FAILED', at: `${id}, ${at}`, expected: 'an answer', got, hint: '', cause });
    }
  };
  const open = (): Promise<Session> => openSession(model, options, header.vocabSize);
  return {
    id,
    lanes: 1,
    tokenizer,
    describe: () =>
      guarded('describe', async (): Promise<TargetDescription> => {
        const packageVersion = await nodeLlamaCpp.getModuleVersion();
        // also shows, before the first level, that a context of this size can be had
        const { context, close } = await openSession(model, options, header.vocabSize);
        const card = ggufCard({ options, header, sha256, llama, model, packageVersion, context });
        await close();
        return {
          id,
          kind: 'gguf',
          fingerprintSha256: cardFingerprint(card),
          vocabSize: header.vocabSize,
          // one file has one precision
          capabilities: { logits: true, precisionModes: [], batching: true },
          card,
        };
      }),
    runLevel: (job, { forced }) => {
      if (job.precision !== 'target-default')
        return Promise.reject(
          new TargetError({
            code: 'TARGET_REFUSED',
            at: `level ${job.levelId}`,
            expected: "the file's own precision",
            got: job.precision,
            hint: 'Compare two runs, each with a file of its own.',
          }),
        );
      return guarded(`level ${job.levelId}`, () =>
        runLevel({
          job,
          forced,
          tokenizer,
          vocabSize: header.vocabSize,
          contextSize: options.contextSize,
          bos: model.tokens.shouldPrependBosToken ? model.tokens.bos : null,
          openSession: open,
        }),
      );
    },
    close: () => llama.dispose(),
  };
}

async function loadModel(
  nodeLlamaCpp: LlamaPackage,
  { path, contextSize }: GgufTargetOptions,
  log: string[],
): Promise<{ llama: Llama; model: LlamaModel }> {
  const refuse = (at: string, expected: string, cause: unknown, hint: string): ConfigError =>
    new ConfigError({
      code: 'TARGET_GGUF',
      at,
      expected,
      got: [oneLine(cause), ...log.slice(-LOG_LINES)].join('; '),
      hint,
      cause,
    });
  let llama: Llama;
  try {
    llama = checkLlama(
      await nodeLlamaCpp.getLlama({
        gpu: false,
        build: 'never',
        skipDownload: true,
        progressLogs: false,
        maxThreads: 0,
        logLevel: 'warn',
        logger: (_level, message) => {
          log.push(oneLine(message));
          if (log.length > LOG_LINES) log.shift();
        },
      }),
    );
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw refuse('node-llama-cpp', "llama.cpp's binaries for this machine", cause, 'They come with the package.');
  }
  try {
    const model = checkModel(await llama.loadModel({ modelPath: path, gpuLayers: 0 }));
    if (model.trainContextSize < contextSize)
      throw new ConfigError({
        code: 'CONFIG_CONTEXT_SIZE',
        at: 'target.contextSize',
        expected: `at most ${model.trainContextSize}, which the model was trained on`,
        got: String(contextSize),
        hint: '',
      });
    return { llama, model };
  } catch (cause) {
    await llama.dispose();
    if (cause instanceof ConfigError) throw cause;
    throw refuse(`target.path (${path})`, 'a model that llama.cpp can load', cause, 'Is its architecture supported?');
  }
}
