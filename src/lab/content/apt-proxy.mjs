// @ts-check
// The lab's way to Debian's mirrors: a forward proxy that keeps what it fetched. It listens on a unix socket, since the
// hosts' namespaces have no route to the outside; `relay.mjs` makes it reachable there. Plain JavaScript: node runs it as it is.
//
//   node apt-proxy.mjs SOCKET CACHE_DIR LOG
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const [socket = '', cacheDir = '', log = ''] = process.argv.slice(2);

/** Hosts that apt may ask; anything else is refused, so that nothing but apt leaves the machine. */
const mirrors = new Set(['deb.debian.org', 'security.debian.org']);

// An index may change at any time, yet a lab whose package lists change under it is no good for comparing runs.
const indexFreshMs = 12 * 3_600_000;
const attempts = 5;
const stallMs = 20_000;

/** @typedef {{ status: number, file?: string }} Fetched */
/** @type {Map<string, Promise<Fetched>>} */
const running = new Map();
const agent = new http.Agent({ keepAlive: true, maxSockets: 6 });
let serial = 0;

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => {
    note(`${request.url} ${error}`);
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end(`${error}\n`);
  });
});

mkdirSync(cacheDir, { recursive: true });
rmSync(socket, { force: true });
server.listen(socket);
process.on('SIGTERM', () => {
  rmSync(socket, { force: true });
  process.exit(0);
});

/** @param {http.IncomingMessage} request @param {http.ServerResponse} response */
async function answer(request, response) {
  const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : undefined;
  if (!url || url.protocol !== 'http:' || !mirrors.has(url.hostname) || !/^(GET|HEAD)$/.test(request.method ?? '')) {
    response.writeHead(403).end('the lab lets only apt out\n');
    return;
  }
  const { status, file } = await fetchOnce(url);
  if (!file) {
    response.writeHead(status).end();
    return;
  }
  const { size, mtime } = statSync(file);
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  if (since >= Math.floor(mtime.getTime() / 1000) * 1000) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    'content-length': size,
    'last-modified': mtime.toUTCString(),
    'content-type': 'application/octet-stream',
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(file), response);
}

/** The file of a URL, fetched once however many ask for it at the same time. @param {URL} url @returns {Promise<Fetched>} */
function fetchOnce(url) {
  const file = join(cacheDir, createHash('sha256').update(url.href).digest('hex'));
  const known = running.get(file);
  if (known) return known;
  const cached = ageMs(file);
  const keeps = /\/(pool|by-hash)\//.test(url.pathname) ? Number.POSITIVE_INFINITY : indexFreshMs;
  if (cached < keeps) return Promise.resolve({ status: 200, file });
  const work = download(url, file)
    .catch((error) => {
      // A mirror that is away must not stop a lab that has what it needs.
      if (cached === Number.POSITIVE_INFINITY) throw error;
      return { status: 200, file };
    })
    .finally(() => running.delete(file));
  running.set(file, work);
  return work;
}

/** @param {string} file */
function ageMs(file) {
  try {
    return Date.now() - statSync(file).ctimeMs;
  } catch {
    return Number.POSITIVE_INFINITY; // not there yet
  }
}

/** @param {URL} url @param {string} file @returns {Promise<Fetched>} */
async function download(url, file) {
  for (let attempt = 1; ; attempt++) {
    const part = `${file}.${process.pid}-${serial++}`;
    try {
      const got = await get(url);
      if (got.statusCode !== 200) {
        got.resume();
        if ((got.statusCode ?? 500) < 500) return { status: got.statusCode ?? 502 };
        throw new Error(`the mirror said ${got.statusCode}`);
      }
      await pipeline(got, createWriteStream(part));
      const length = Number(got.headers['content-length'] ?? Number.NaN);
      if (!Number.isNaN(length) && statSync(part).size !== length) throw new Error('the download broke off');
      const modified = Date.parse(got.headers['last-modified'] ?? '');
      if (!Number.isNaN(modified)) utimesSync(part, new Date(), new Date(modified));
      renameSync(part, file);
      return { status: 200, file };
    } catch (error) {
      note(`attempt ${attempt} ${url.href} ${error}`);
      try {
        unlinkSync(part);
      } catch {
        // nothing was written yet
      }
      if (attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300 * 2 ** attempt));
    }
  }
}

/** @param {URL} url @returns {Promise<http.IncomingMessage>} */
function get(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, timeout: stallMs }, resolve);
    request.on('timeout', () => request.destroy(new Error('the mirror stalled')));
    request.on('error', reject);
  });
}

/** @param {string} text */
function note(text) {
  if (log) appendFileSync(log, `${new Date().toISOString()} ${text}\n`);
}
