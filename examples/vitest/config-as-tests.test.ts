/** Every unit and every check of evenkeel.config.ts as a test of its own. @module */
import { testUnits } from 'evenkeel/vitest';

await testUnits({ cwd: import.meta.dirname });
