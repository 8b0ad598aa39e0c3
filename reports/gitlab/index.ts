/** GitLab code quality. @module */
export { renderGitlab } from './render.ts';
