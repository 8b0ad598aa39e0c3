/**
 * Data dictionary: what each field of the records in a bundle means, for a reader without the program. A test holds it to the schemas.
 * @module
 */

export interface DictionarySection {
  /** The record, or the part of one. */
  readonly title: string;
  readonly about: string;
  /** Meaning by field. */
  readonly fields: Readonly<Record<string, string>>;
}

const ROW = {
  perturbation: 'What was varied.',
  axis: 'The variation within the perturbation, for example batch-size/ragged.',
  level: 'Id of the level; it is compared with its reference level.',
  label: 'The level in words.',
  promise: 'What is owed at the level: bit-equal, content-independent, or drift (the output may move).',
  evidence: 'Counters of the level, each the smallest over the units: the proof that the path ran.',
  byCase: 'The same sums by case, in the order of the plan: what resamples and comparisons are made of.',
} as const;
const PROBLEM = 'What the evidence lacks, in words; null = nothing. With a problem an equal result is no pass.';
const PAIRS = 'Pairs that differ, with the first difference and both texts.';

/** By the name of the record. */
export const DATA_DICTIONARY: Readonly<Record<string, DictionarySection>> = {
  auditRecord: {
    title: 'audit.json',
    about: 'What the bundle is, and who answers for it.',
    fields: {
      schemaVersion: 'Version of the record.',
      createdAt: 'When the bundle was made, UTC.',
      evenkeelVersion: 'The program that made it.',
      runId: 'The run that it holds.',
      day: 'The day by which waivers were judged.',
      responsible: 'Name and role of the person responsible; null = nobody was named.',
      outputs: 'kept, or left-out (digests in their place).',
      canaries: 'hashed (keyed hashes in their place) or raw.',
      signedWith: 'SHA-256 of the public key, SPKI DER; null = not signed.',
    },
  },
  manifest: {
    title: 'run/manifest.json',
    about: 'Everything that could change a bit, and the command that makes the run again.',
    fields: {
      schemaVersion: 'Version of the record.',
      runId: 'Name of the run.',
      createdAt: 'When the run began, UTC.',
      evenkeelVersion: 'The program that measured.',
      runtime: 'Node version, platform and processor architecture of the harness.',
      configGit:
        'Git commit of the folder with the configuration, and whether files differed from it; null = no repository.',
      configSha256: 'SHA-256 of the resolved configuration.',
      casesSha256: 'SHA-256 over the cases: ids, labels, texts.',
      planSha256: 'SHA-256 over the ids of the units, which hash all that was sent.',
      seed: 'Seed of all random choices.',
      config: 'The resolved configuration, policy included.',
      target:
        'What was asked: fingerprint, capabilities, serving card (each entry observed, declared, inferred or unknown).',
      shard: 'The part of the plan that ran; null = all of it.',
      merged: 'The parts that the run was joined from; null = none.',
      reproduce: 'The command that makes the run again.',
    },
  },
  plan: {
    title: 'run/plan.json',
    about: 'The units of the run: what is compared with what.',
    fields: {
      schemaVersion: 'Version of the record.',
      planSha256: 'As in the manifest.',
      units: 'Units: perturbation, cases, levels with their reference and promise, seed, cost.',
      answers:
        'By case: how an answer is read from its output, and the right one where it is known; absent = no case has a rule.',
    },
  },
  observation: {
    title: 'run/units.jsonl',
    about: 'What came back, one unit a line; of a unit with several lines the last that is ok counts.',
    fields: {
      schemaVersion: 'Version of the record.',
      unitId: 'The unit in the plan.',
      status: 'ok, error, or unsupported.',
      why: 'Why it is not ok; null when it is.',
      lane: 'The worker that ran it.',
      endpoint: 'Where it was sent; null = a target in the process.',
      concurrency: 'Units in flight at the same time.',
      startedAt: 'Begin, UTC.',
      stoppedAt: 'End, UTC; null = not recorded.',
      attempts: 'Tries of the whole unit, with errors, times in ms.',
      levels: 'By level: requests with tokens, text, log-probabilities (nats), digests of logits; counters.',
      cachedFrom: 'The earlier run that measured it; absent = this run.',
    },
  },
  findings: {
    title: 'run/findings.json',
    about: 'What was measured, without a judgement; a function of plan and observations.',
    fields: {
      schemaVersion: 'Version of the record.',
      unitsPlanned: 'Units of the plan.',
      unitsObserved: 'Units with a usable observation.',
      partial: 'Parts of the plan that are there, when some are missing; null = all.',
      executions: 'Units that ran more than once, and whether with equal results.',
      retried: 'Units that were redone after an error, with the errors.',
      missing: 'Units without a usable observation, and why.',
      unsupported: 'Units that ask for what the target does not have, and why.',
      cached: 'Units taken from an earlier run; absent = none.',
      determinism: 'Rows: is the output the same?',
      drift: 'Rows: how far does it move?',
      leakage: 'Rows: does it depend on the requests of others?',
      agreement:
        'By perturbation: share of requests whose N runs are all equal, in outputs (TARr@N) and answers (TARa@N), and how many there are (unique@N).',
      profile: 'Times and bytes per token, measured and never judged; absent = not asked for.',
      cacheTiming:
        'Rows of the timing audit, the owner first: is a hit on a prefix sooner than a miss? Absent = not asked for.',
    },
  },
  profile: {
    title: 'run/profile.json',
    about: 'Samples of the profile as they were taken; only in a run that asked for one.',
    fields: {
      schemaVersion: 'Version of the record.',
      targetFingerprintSha256: 'As in the manifest.',
      settings: 'The lists whose combinations are the cells; tokens to produce; rounds.',
      lengthUnit: 'What a context length counts: tokens, or words where only a server knows its tokens.',
      clockResolutionMs: 'Smallest step of the clock that was seen, in milliseconds.',
      cells: 'Context length, precision, batch and cache tier of each cell.',
      unsupported: 'Cells that the target cannot run, and why.',
      samples: 'Each sample in the order of measurement: round, place, times of pieces, bytes, counters, or the error.',
    },
  },
  cacheTiming: {
    title: 'run/timing.json',
    about: 'Times of the timing audit as they were taken; only in a run that asked for one.',
    fields: {
      schemaVersion: 'Version of the record.',
      targetFingerprintSha256: 'As in the manifest.',
      settings:
        'Who asks, times of each arm, length of the prompts, share of the common prefix, dummies sent along, margin.',
      lengthUnit: 'What the length of a prompt counts: tokens, or words where only a server knows its tokens.',
      clockResolutionMs: 'Smallest step of the clock that was seen, in milliseconds.',
      unsupported: 'Why nothing could be timed; null = it could.',
      samples:
        'In the order of measurement: who asked, hit or miss, time to the first token in milliseconds, its place among dummies (absent = sent alone), and cached tokens as told, or the error.',
    },
  },
  cacheTimingRow: {
    title: 'run/findings.json, cacheTiming',
    about: 'One row for each who asks; the first, the owner, is the control.',
    fields: {
      axis: 'cache-timing.',
      level: 'Who asks: same-salt (the owner), other-salt, no-salt.',
      label: 'The same in words.',
      hits: 'Requests whose beginning the owner has sent: how many, median and quantiles of the time to the first token (and of its place among dummies, where there were any), how many the target tells as cached.',
      misses: 'Requests whose beginning nobody has sent, likewise.',
      test: 'One-sided exact Kolmogorov-Smirnov test of hits being sooner: D and log10 p; null = too few times.',
      auc: 'Chance that a hit is sooner than a miss, with its 95 % interval (DeLong); 0.5 = no difference.',
      equivalence:
        'Margin around 0.5, and the larger p of two one-sided tests of the chance lying outside; null = too few times.',
      problem: 'Why the times show nothing; null = they do.',
    },
  },
  determinismRow: {
    title: 'run/findings.json, determinism',
    about: 'One row for each level that is owed equality.',
    fields: {
      ...ROW,
      bits: 'Requests whose logits are equal in every bit: equal of n, with 95 % bounds (Clopper-Pearson) of the failure rate.',
      tokens: 'The same for token ids.',
      text: 'The same for text.',
      uniqueOutputs: 'Different outputs of one request over level and reference: largest and mean number.',
      firstTokenDiffs: 'Index of the first differing token of each differing pair, by case.',
      flips:
        'Of the pairs that differ in tokens: near ties (margin below the noise), hard flips, unknown; absent = none differs.',
      maxAbsLogprobDiff: 'Largest difference of a log-probability in nats, up to the first differing token.',
      chosenLogprobs:
        'Equality and differences of the log-probabilities that a server returns; absent where bits are compared.',
      evidenceProblem: PROBLEM,
      divergences: PAIRS,
    },
  },
  driftRow: {
    title: 'run/findings.json, drift',
    about: 'One row for each level at which the output may move. KL is KL(reference || level) in nats.',
    fields: {
      ...ROW,
      context:
        'Which positions are compared: of the prompt, of the output of the reference (forced), or produced alike so far.',
      values: 'token-logprobs: only log-probabilities of the tokens that came next are known; absent = full logits.',
      positions: 'Compared positions.',
      klNatsMean: 'Mean KL per position, with its interval over cases.',
      klNatsMax: 'Largest KL.',
      klNatsQuantiles: 'KL at 50, 90, 99 %.',
      sameTopShare: 'Share of positions with the same most likely token.',
      maxAbsLogprobDiff: 'Largest difference of the log-probability of the next token, nats.',
      rmsLogprobDiff: 'Root of the mean square of these differences.',
      meanLogprobDiff: 'Their mean, with its sign.',
      perplexityRatio: 'Perplexity at the level over that at the reference.',
      band: 'Name of the band of the mean KL in the policy.',
      klNatsByPosition: 'Mean KL by relative position, for the figure.',
      retrieval:
        'Phrases hidden in prompts: how many outputs hold their own one, here and at the reference; absent = none was hidden.',
      answers:
        'Answers read from the outputs that changed, right to wrong and back, with the exact McNemar test; absent = no case has a rule.',
    },
  },
  leakageRow: {
    title: 'run/findings.json, leakage',
    about: 'One row for each level at which only the content of other requests changed.',
    fields: {
      ...ROW,
      meaning: 'cross-request: between requests of one server.',
      contentDependent: 'Requests that do not depend on it: equal of n, with bounds.',
      tokenDependent: 'How many depend on it in tokens, not only in bits.',
      canaries:
        'Outputs searched, canaries planted, and outputs that hold the canary of another request, with the bound.',
      leaks:
        'Outputs that hold the canary of another request: whose it is and where it was found, at most 50; absent = none.',
      sharedPrefix:
        'Requests whose prompt only others have sent, and how many got tokens of it from a cache; absent = not owed.',
      ownPrefix:
        'Requests that have to find what their own sender has left in a cache that outlives a restart; absent = not owed.',
      sideChannels:
        'Error bodies and side routes that were read, and how many hold the canary of another request; how many planted ones the search found; absent = not looked at.',
      residue:
        'What was found of a request in memory and files, before its session was closed and after; absent = not looked for.',
      evidenceProblem: PROBLEM,
      divergences: PAIRS,
    },
  },
  verdict: {
    title: 'run/verdict.json',
    about: "The gate's answer; a function of findings, policy, baseline and day.",
    fields: {
      schemaVersion: 'Version of the record.',
      outcome: 'pass, fail, inconclusive, or incomplete.',
      exitCode: 'Of the command.',
      policyName: 'The policy that was applied.',
      partial: 'Parts that were judged, when some are missing; null = all.',
      reason: 'The outcome in a sentence.',
      reports: 'Outcome by report.',
      baseline: 'Outcome of the comparison with a baseline; not-run = none.',
      checks: 'Every check: rule, what was observed, outcome, reason, family of corrected p-values, waiver.',
      waivers: 'Waivers with owner, reason, last day, and whether they were used.',
      invariants: 'By knob: what stays equal when it is turned, with n and the bound.',
    },
  },
  outputDigestLine: {
    title: 'run/outputs.jsonl',
    about: 'In a bundle without outputs: digests in their place, one unit a line.',
    fields: {
      schemaVersion: 'Version of the record.',
      unitId: 'The unit in the plan.',
      status: 'ok, error, or unsupported.',
      levels: 'By level: counters; by request: digests of prompt, text, token ids and logits.',
    },
  },
  digestList: {
    title: 'digests.json',
    about: 'SHA-256 and size of every file of the bundle but itself and attestation.json.',
    fields: { schemaVersion: 'Version of the record.', files: 'By path.' },
  },
};

export function dataDictionaryText(): string {
  const sections = Object.values(DATA_DICTIONARY).flatMap(({ title, about, fields }) => [
    '',
    `## ${title}`,
    '',
    about,
    '',
    '| field | meaning |',
    '| --- | --- |',
    ...Object.entries(fields).map(([name, meaning]) => `| \`${name}\` | ${meaning.replaceAll('|', '\\|')} |`),
  ]);
  return `# Data dictionary\n\nLog-probabilities and KL are in nats (natural logarithm). Digests are SHA-256 in hex.\n${sections.join('\n')}\n`;
}
