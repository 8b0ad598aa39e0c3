import { describe, expect, it } from 'vitest';
import { parseBaseUrl } from '../../../../harness/targets/http/base-url.ts';

describe('a base URL', () => {
  it('has the API below /v1 and the server’s own routes beside it', () => {
    expect(parseBaseUrl('http://localhost:8000/v1/', 'x')).toEqual({
      api: 'http://localhost:8000/v1',
      root: 'http://localhost:8000',
    });
    expect(parseBaseUrl('https://host/models/a', 'x').root).toBe('https://host/models/a');
  });

  it.each(['', 'localhost', 'ftp://host/v1', 'file:///etc/passwd', 'http://host/v1?key=1', 'http://host/v1#a'])(
    'is not %j',
    (text) => {
      expect(() => parseBaseUrl(text, 'target.baseUrl')).toThrow(/target\.baseUrl: expected an http or https URL/);
    },
  );

  it('holds no password, and the message does not repeat it', () => {
    expect(() => parseBaseUrl('http://user:hunter2@host/v1', 'x')).toThrow(/with a user name or a password/);
    expect(() => parseBaseUrl('http://user:hunter2@host/v1', 'x')).not.toThrow(/hunter2/);
  });
});
