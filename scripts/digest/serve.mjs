/**
 * Serves the repository to a browser, cross-origin isolated (the engine's memory is shared), and waits for the page's result.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
};

/** @returns {Promise<{ url: string, result: Promise<object>, close: () => void }>} */
export async function serveDigest(root) {
  let settle;
  const result = new Promise((resolve) => (settle = resolve));
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        settle(JSON.parse(Buffer.concat(chunks).toString()));
        response.end();
      });
      return;
    }
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname)).replace(
      /^(\.\.\/)+/,
      '',
    );
    readFile(join(root, path)).then(
      (body) => {
        response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
        response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
        response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
        response.end(body);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/scripts/digest/browser/index.html`,
    result,
    close: () => server.close(),
  };
}
