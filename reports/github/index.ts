/** GitHub workflow commands. @module */
export { githubAnnotations } from './annotations.ts';
