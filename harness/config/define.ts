/** defineConfig: gives an editor the types of the configuration; changes nothing. @module */
import type { Config } from './config-schema.ts';

/** Use as `export default defineConfig({ ... })` in `evenkeel.config.ts`. */
export function defineConfig(config: Config): Config {
  return config;
}
