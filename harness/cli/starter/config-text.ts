/**
 * The starter configuration, as YAML and as TypeScript: what is set is a small true measurement; what can be set stands beside it.
 * @module
 */

/** How one config file says it; both say the same. */
export interface StarterFile {
  readonly path: string;
  readonly text: string;
}

/** Where the schema lies when evenkeel is installed in the project; works without a network. */
const SCHEMA = './node_modules/evenkeel/schema/config.json';

export const yamlConfig: StarterFile = {
  path: 'evenkeel.config.yaml',
  text: `# yaml-language-server: $schema=${SCHEMA}
#
# What is measured, on what, and what must hold. Every key: docs/configuration.md
# Check it with: evenkeel validate --print

# The target that ships: a small reference engine, its weights made from a seed.
target:
  kind: reference-engine
  precision: f32 # f32, f32-kvq, w8a8, bf16
  lanes: 2 # units at once

# Prompts as labelled parts.
cases: cases/first.yaml

generation:
  maxTokens: 8
  temperature: 0

# What is varied. Each key may be left empty: it then has its defaults.
perturbations:
  repeat: # the same request again
    times: 2
  batch-size: # alone, and with other requests in the batch
    sizes: [1, 2, 4]
  # prior-content: # after requests with other content; 1 % is allowed, which takes 299 outputs
  # prompt-order: # the same parts in another order
  # truncation: # a part of the prompt
  # precision: # other arithmetic

# What must hold. 0 of n differing still allows a failure rate of 1 - 0.05^(1/n):
# 53 % for 4 comparisons, 20 % for 14. More cases allow a stricter bound.
policy:
  name: starter
  maxFailureRate: 0.6

seed: evenkeel
`,
};

export const typescriptConfig: StarterFile = {
  path: 'evenkeel.config.ts',
  text: `import { defineConfig } from 'evenkeel/config';

// What is measured, on what, and what must hold. Every key: docs/configuration.md
// Check it with: evenkeel validate --print
export default defineConfig({
  // The target that ships: a small reference engine, its weights made from a seed.
  target: {
    kind: 'reference-engine',
    precision: 'f32', // f32, f32-kvq, w8a8, bf16
    lanes: 2, // units at once
  },
  // Prompts as labelled parts.
  cases: 'cases/first.yaml',
  generation: { maxTokens: 8, temperature: 0 },
  // What is varied; {} means the defaults.
  perturbations: {
    repeat: { times: 2 }, // the same request again
    'batch-size': { sizes: [1, 2, 4] }, // alone, and with other requests in the batch
    // 'prior-content': {}, // after requests with other content; 1 % is allowed, which takes 299 outputs
    // 'prompt-order': {}, // the same parts in another order
    // truncation: {}, // a part of the prompt
    // precision: {}, // other arithmetic
  },
  // What must hold. 0 of n differing still allows a failure rate of 1 - 0.05^(1/n):
  // 53 % for 4 comparisons, 20 % for 14. More cases allow a stricter bound.
  policy: { name: 'starter', maxFailureRate: 0.6 },
  seed: 'evenkeel',
});
`,
};
