/** Gate: findings and a policy in, a verdict out. @module */
export { judge, type JudgeInput } from './verdict.ts';
