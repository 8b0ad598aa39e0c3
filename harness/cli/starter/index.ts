/** The files that `evenkeel init` writes. @module */
export { starterCases } from './case-text.ts';
export { githubWorkflow, gitlabJob } from './ci-text.ts';
export { typescriptConfig, yamlConfig, type StarterFile } from './config-text.ts';
