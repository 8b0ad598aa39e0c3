/**
 * Starter CI jobs: check the config, run, keep the run folder. The exit code of the run is the job's.
 * @module
 */
import type { StarterFile } from './config-text.ts';

export const githubWorkflow: StarterFile = {
  path: '.github/workflows/evenkeel.yml',
  text: `name: evenkeel

on:
  pull_request:
  push:
    branches: [main]
  workflow_dispatch:

permissions:
  contents: read

jobs:
  evenkeel:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - run: npm ci
      - run: npx evenkeel validate
      # 0 pass, 1 gate failed, 2 configuration, 3 incomplete or unreachable, 4 inconclusive
      # also annotations, and the verdict in the job summary
      - run: npx evenkeel run -o html -o json -o github
      - uses: actions/upload-artifact@v4
        if: \${{ !cancelled() }}
        with:
          name: evenkeel-runs
          path: .evenkeel/runs
          include-hidden-files: true
          if-no-files-found: ignore
`,
};

export const gitlabJob: StarterFile = {
  path: '.gitlab/evenkeel.yml',
  text: `# In .gitlab-ci.yml: include: [{ local: .gitlab/evenkeel.yml }]
evenkeel:
  image: node:22
  timeout: 30 minutes
  script:
    - npm ci
    - npx evenkeel validate
    # 0 pass, 1 gate failed, 2 configuration, 3 incomplete or unreachable, 4 inconclusive
    - npx evenkeel run -o html -o json -o junit -o gitlab
  artifacts:
    when: always
    paths:
      - .evenkeel/runs
    reports:
      junit: .evenkeel/runs/*/report.junit.xml
      codequality: .evenkeel/runs/*/report.gitlab.json
`,
};
