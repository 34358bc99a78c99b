import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { saidByNginx, testableNginx } from '../../src/clone/nginx/for-test.ts';
import { testNginx } from '../../src/clone/nginx/run-nginx.ts';
import { readNginx } from '../../src/clone/nginx/syntax.ts';
import { readClone } from '../../src/clone/read-clone.ts';
import { statOf } from '../../src/core/local-file.ts';
import { CloneOnDisk } from './clone-on-disk.ts';

describe("nginx's syntax", () => {
  test.for<readonly [what: string, text: string, at: string]>([
    [
      'a missing semicolon before a brace',
      'server {\n  listen 80\n}\n',
      '3:1 the directive "listen" has no ";" at its end',
    ],
    ['a missing semicolon at the end', 'log_format a b\n', '1:14 the directive "log_format" has no ";" at its end'],
    ['a brace too many', 'server { }\n}\n', '2:1 unexpected "}": no block is open'],
    ['a brace too few', 'http {\n server {\n }\n', '3:2 the file ends, but a block is still open: expected "}"'],
    ['a quote that is not closed', 'a "b;\n', '1:3 this " is never closed'],
    ['text after a quote', 'a "b"c;\n', '1:6 unexpected "c" after a closing quote'],
    ['a semicolon too many', 'a b;\n;\n', '2:1 unexpected ";"'],
  ])('%s is a mistake', ([, text, at]) => {
    const read = readNginx(text);

    expect(read !== undefined && 'message' in read && `${read.line}:${read.column} ${read.message}`).toBe(at);
  });

  test.for([
    'a ${x}y;\n',
    "a 'it''s' ;".replace("''", "\\'"),
    'location ~ \\.php$ { fastcgi_pass unix:/x; }\n',
    'if ($x ~ "a{2};") { return 403; } # }\n',
    'map $a $b { default ""; ~^/x "y"; }\n',
  ])('%s is none', (text) => {
    expect(Array.isArray(readNginx(text))).toBe(true);
  });

  test('a template, or a block of Lua, is not judged', () => {
    expect([readNginx('{{ x }}'), readNginx('content_by_lua_block { if a then b() end }')]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('a configuration to be tested', () => {
  const text =
    'server {\n listen 443 ssl\n  default_server;\n include /etc/x;\n ssl_certificate /c;\n location / { proxy_pass http://app.example.org:80/x; }\n}\n';

  test('has no certificates, included files, addresses or names to look up, and the same lines', () => {
    const test = testableNginx(text, '/t');

    expect(test?.text).not.toMatch(/443|include|ssl_certificate|example\.org/);
    expect(test?.text).toContain('proxy_pass "http://127.0.0.1:80/x";');
    expect(test?.text.split('\n')[6]).toContain('location /');
  });

  test('loads no module', () => {
    expect(testableNginx('load_module x.so;\nhttp { server { listen 80; } }', '/t')?.text).not.toContain('x.so');
  });

  test('what nginx says is told for the line in the file, and is certain only if no other host could think otherwise', () => {
    const said = (message: string) =>
      saidByNginx(`2026/01/01 00:00:00 [emerg] 1#1: ${message} in /t/nginx.conf:3\nnginx: failed\n`, {
        text: '',
        linesBefore: 1,
      });

    expect(said('invalid number of arguments in "root" directive')).toEqual({
      line: 2,
      said: 'invalid number of arguments in "root" directive',
      isCertain: true,
    });
    expect(said('unknown directive "brotli"')?.isCertain).toBe(false);
  });
});

describe('nginx itself', () => {
  const files = {
    'nginx/good': 'server { listen 80; root /x; }\n',
    'nginx/bad': 'server {\n listen 80;\n root /x /y;\n}\n',
  };
  const isHere = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'].some((one) =>
    statOf(join(one, 'nginx'))?.isFile(),
  );

  test.skipIf(isHere)('where it is not installed, that is told', () => {
    using disk = new CloneOnDisk(files);

    expect(testNginx(readClone(disk.folder), '')).toEqual({
      found: [],
      unread: [expect.stringContaining('nginx is not installed here')],
    });
  });

  test.skipIf(!isHere)('refuses what it refuses on any host', () => {
    using disk = new CloneOnDisk(files);

    const { found } = testNginx(readClone(disk.folder), process.env['PATH'] ?? '');

    expect(found).toMatchObject([{ code: 'nginx', at: { file: 'nginx/bad', line: 3 } }]);
  });

  test('its words become findings, or what could not be judged', () => {
    using disk = new CloneOnDisk({ 'nginx/site': files['nginx/good'] });
    const bin = mkdtempSync(join(tmpdir(), 'retrace-bin-'));
    writeFileSync(
      join(bin, 'nginx'),
      '#!/bin/sh\necho "[emerg] 1#1: unknown directive \\"brotli\\" in /t/nginx.conf:2" >&2; exit 1\n',
    );
    chmodSync(join(bin, 'nginx'), 0o755);

    const { found, unread } = testNginx(readClone(disk.folder), bin);
    rmSync(bin, { recursive: true });

    expect([found, unread]).toEqual([[], [expect.stringMatching(/site:1: .*may be right.*brotli|without a network/)]]);
  });
});
