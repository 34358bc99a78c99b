import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { splitWords } from '../../../src/session/ssh/config/parse-config.ts';
import { readConfig } from '../../../src/session/ssh/config/read-config.ts';
import { hostName, resolveConfig } from '../../../src/session/ssh/config/resolve-config.ts';
import { targetOf } from '../../../src/session/ssh/target-of.ts';

/** A directory with files, in whose text FOLDER stands for the directory. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text.replaceAll('FOLDER', folder));
  return folder;
}

const localUser = userInfo().username;

/** A configuration as resolved by `ssh -G`. */
function asSsh(file: string, host: string): Record<string, string[]> {
  const lines = execFileSync('ssh', ['-F', file, '-G', host], { encoding: 'utf8', stdio: 'pipe' }).trim().split('\n');
  const byKeyword: Record<string, string[]> = {};
  for (const line of lines) byKeyword[line.split(' ')[0]!] = [...(byKeyword[line.split(' ')[0]!] ?? []), line];
  return byKeyword;
}

/** The configuration as resolved by us, as far as we use it. */
function asOurs(file: string, host: string): Record<string, string[]> {
  const config = resolveConfig(readConfig(homedir(), file), { host, localUser });
  const words = (keyword: string) => config.values.get(keyword)?.words;
  return {
    hostname: [`hostname ${hostName({ values: config.values, query: { host, localUser } })}`],
    user: [`user ${words('user')?.[0] ?? localUser}`],
    port: [`port ${words('port')?.[0] ?? 22}`],
    identitiesonly: [`identitiesonly ${words('identitiesonly')?.[0] ?? 'no'}`],
    ...(config.identityFiles.length > 0 && {
      identityfile: config.identityFiles.map((file) => `identityfile ${file}`),
    }),
    ...Object.fromEntries(
      ['proxyjump', 'hostkeyalias', 'identityagent', 'userknownhostsfile']
        .filter((keyword) => words(keyword))
        .map((keyword) => [keyword, [`${keyword} ${words(keyword)!.join(' ')}`]]),
    ),
    ...(config.values.has('proxycommand') && {
      proxycommand: [`proxycommand ${config.values.get('proxycommand')!.rest}`],
    }),
  };
}

describe('ssh config', () => {
  test.for([
    ['nothing', ''],
    ['a host', 'Host web\n User anna\n Port 2222\n HostName web.example.org\n'],
    ['the first value wins', 'Host web\nUser one\nHost *\nUser two\nPort 3\n'],
    ['values before any host', 'User all\nHost web\nUser one\n'],
    ['equals signs and quotes', 'Host=web\nUser = "anna b"\nPort="22"\nHostName\t=\tx.org\n'],
    ['comments', '# one\nHost web # two\n  # three\n  User anna # four\n'],
    ['wildcards', 'Host w?b\nUser one\nHost *.org\nUser two\n'],
    ['negation', 'Host * !web\nUser one\nHost !other *\nPort 7\n'],
    ['only negation', 'Host !other\nUser one\n'],
    ['several patterns', 'Host a b web c\nUser one\n'],
    ['keywords in any case', 'HOST web\nuSeR anna\n'],
    ['%h in HostName', 'Host web\nHostName %h.example.org\n'],
    ['%% in HostName', 'Host web\nHostName 100%%%h\n'],
    ['capitals in a name', 'Host web\nHostName WEB.Example.org\n'],
    [
      'identity files',
      'Host web\nIdentityFile ~/.ssh/a\nIdentityFile "~/.ssh/b c"\nHost *\nIdentityFile ~/.ssh/c\nIdentitiesOnly yes\n',
    ],
    ['the same identity twice', 'IdentityFile ~/.ssh/a\nIdentityFile ~/.ssh/a\n'],
    ['a jump', 'Host web\nProxyJump anna@gate:2200,other\n'],
    ['a jump, then a command', 'Host web\nProxyJump gate\nProxyCommand nc %h %p\n'],
    ['a command, then a jump', 'Host web\nProxyCommand nc %h %p # not a comment\nProxyJump gate\n'],
    ['a key alias and known hosts', 'Host web\nHostKeyAlias fixed\nUserKnownHostsFile /a /b\n'],
    ['an agent', 'Host web\nIdentityAgent none\n'],
    ['Match all', 'Match all\nUser anna\n'],
    ['Match host', 'Host web\nHostName web.org\nMatch host web.org\nUser anna\nMatch host web\nPort 1\n'],
    ['Match originalhost', 'HostName web.org\nMatch originalhost w*\nUser anna\n'],
    ['Match user', `Match user ${localUser}\nPort 5\nMatch user nobody\nPort 6\n`],
    ['Match user after User', 'User anna\nMatch user anna\nPort 5\n'],
    ['Match localuser', `Match localuser ${localUser},x\nPort 5\n`],
    ['Match with negation', 'Match !host web\nUser one\nMatch !host other host w*\nUser two\n'],
    ['Match with several criteria', 'Match host web user nobody\nUser one\nMatch host web,x localuser *\nUser two\n'],
    ['Match final', 'Match final host web.org\nUser anna\nHost web\nHostName web.org\n'],
    ['Match final with values that are already set', 'User early\nMatch final all\nUser anna\nPort 4\n'],
    ['Match canonical', 'Match canonical all\nUser anna\n'],
    ['Include', 'Include FOLDER/more\nUser two\n', 'Host web\nUser one\n'],
    ['Include with a pattern', 'Include FOLDER/m*re FOLDER/missing*\n', 'User one\n'],
    ['Include that matches nothing', 'Include FOLDER/missing\nUser two\n'],
    ['Include in a block that applies', 'Host web\nInclude FOLDER/more\nUser two\n', 'Port 8\nHost *\nUser one\n'],
    [
      'Include in a block that does not',
      'Host other\nInclude FOLDER/more\nHost web\nUser two\n',
      'Port 8\nHost *\nUser one\nMatch all\nUser three\n',
    ],
    [
      'a block after an Include that ends in another',
      'Host web\nInclude FOLDER/more\nPort 9\n',
      'Host other\nUser one\n',
    ],
  ] as const)('reads %s as OpenSSH does', ([, text, more = '']) => {
    const file = join(folderWith({ config: text, more }), 'config');

    const ours = asOurs(file, 'web');

    const theirs = asSsh(file, 'web');
    expect(ours).toEqual(Object.fromEntries(Object.keys(ours).map((keyword) => [keyword, theirs[keyword]])));
    // Keywords that OpenSSH prints only when they are set must be set in ours as well.
    for (const keyword of ['proxyjump', 'proxycommand', 'hostkeyalias', 'identityagent'] as const)
      expect(ours[keyword]).toEqual(theirs[keyword]);
  });

  test('completes an endpoint, whose own values take precedence', () => {
    const config =
      'Host web\nHostName 192.0.2.7\nUser anna\nPort 2222\nIdentityFile ~/.ssh/%r_%n_%p\nUserKnownHostsFile ~/known\nConnectTimeout 1m5\nServerAliveInterval 7\n';
    const file = join(folderWith({ config }), 'config');

    const result = targetOf(
      { name: 'web', connection: 'ssh', user: 'bert' },
      { config: readConfig('/h', file), env: {}, home: '/h' },
    );

    expect(result).toMatchObject({
      ok: true,
      target: {
        host: '192.0.2.7',
        port: 2222,
        user: 'bert',
        identityFiles: ['/h/.ssh/bert_web_2222'],
        knownHostsFiles: ['/h/known', '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
        connectTimeoutMs: 65_000,
        keepaliveMs: 7000,
      },
    });
  });

  test('resolves a chain of jump hosts, each with its own configuration', () => {
    const config =
      'Host web\nProxyJump anna@one,ssh://two:2200\nHost one\nHostName 192.0.2.1\nHost two\nUser bert\nProxyJump never\n';
    const file = join(folderWith({ config }), 'config');

    const result = targetOf(
      { name: 'web', connection: 'ssh' },
      { config: readConfig('/h', file), env: {}, home: '/h' },
    );

    const two = result.ok ? result.target.jump : undefined;
    expect(two).toMatchObject({ host: 'two', port: 2200, user: 'bert' });
    expect(two?.jump).toMatchObject({ host: '192.0.2.1', port: 22, user: 'anna' });
    expect(two?.jump?.jump).toBeUndefined();
  });

  test.for([
    ['Match exec', 'Match host web exec "true"\nUser anna\n', /match host web exec.*config:1/],
    ['Match localnetwork', 'Match localnetwork 10.0.0.0\\/8\nUser anna\n', /config:1/],
    ['CanonicalizeHostname', 'CanonicalizeHostname yes\n', /config:1/],
    ['ProxyUseFdpass', 'ProxyUseFdpass yes\n', /config:1/],
  ] as const)('reports that %s needs the system’s ssh', ([, config, message]) => {
    const file = join(folderWith({ config }), 'config');

    const result = targetOf(
      { name: 'web', connection: 'ssh' },
      { config: readConfig('/h', file), env: {}, home: '/h' },
    );

    expect(result).toMatchObject({
      ok: false,
      failure: {
        reason: 'unsupported',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('openssh'),
      },
    });
  });

  test('ignores Match exec for another host', () => {
    const file = join(folderWith({ config: 'Match host other exec "true"\nUser anna\n' }), 'config');

    expect(
      targetOf({ name: 'web', connection: 'ssh' }, { config: readConfig('/h', file), env: {}, home: '/h' }),
    ).toMatchObject({ ok: true });
  });

  test.for([
    ['a b', ['a', 'b']],
    ['"a b" c', ['a b', 'c']],
    ["'a b'", ['a b']],
    ['a"b c"d', ['ab cd']],
    ['a\\ b', ['a b']],
    ['"a\\"b"', ['a"b']],
    ['a # b', ['a']],
    ['a#b', ['a#b']],
    ['', []],
  ] as const)('splits %s', ([text, words]) => {
    expect(splitWords(text)).toEqual(words);
  });
});
