/**
 * The base URL of an OpenAI-compatible server, and the root where its own routes are.
 * @module
 */
import { ConfigError } from '../../ports/index.ts';

export interface BaseUrl {
  /** Without a slash at the end, for example `http://localhost:8000/v1`. */
  readonly api: string;
  /** The same without `/v1`: where `/metrics`, `/props`, `/tokenize` are. */
  readonly root: string;
}

/** @throws ConfigError for what is no http(s) URL, or one that holds a user name, a password, a query or a fragment */
export function parseBaseUrl(text: string, at: string): BaseUrl {
  const problem = (got: string, hint: string): ConfigError =>
    new ConfigError({ code: 'CONFIG_BASE_URL', at, expected: 'an http or https URL', got, hint });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw problem(JSON.stringify(text.slice(0, 100)), 'For example http://localhost:8000/v1.');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw problem(url.protocol, '');
  // never repeat it: it is a secret
  if (url.username !== '' || url.password !== '')
    throw problem('a URL with a user name or a password', 'Put the key into an environment variable (apiKeyEnv).');
  if (url.search !== '' || url.hash !== '')
    throw problem('a URL with a query or a fragment', 'It may hold a secret; leave it out.');
  const api = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  return { api, root: api.replace(/\/v1$/, '') };
}
