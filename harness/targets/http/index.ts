/** HTTP to a model server: requests, attempts, limits; reading what came back. @module */
export { parseBaseUrl, type BaseUrl } from './base-url.ts';
export {
  createHttpClient,
  errorMessageOf,
  systemHttpClock,
  type HttpAnswer,
  type HttpAttempt,
  type HttpClient,
  type HttpClock,
} from './http-client.ts';
export * from './wire.ts';
export { pieceTimes } from './event-stream.ts';
