import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ParamSpec } from '../../src/core/params.ts';
import { canonical, taskTypes } from '../../tasks/index.ts';

describe('the registry of task types', () => {
  test.for([
    ['apt', 'ansible.builtin.apt'],
    ['ansible.builtin.apt', 'ansible.builtin.apt'],
    ['ansible.legacy.apt', 'ansible.builtin.apt'],
    ['systemd_service', 'ansible.builtin.systemd'],
    ['ansible.builtin.systemd_service', 'ansible.builtin.systemd'],
    ['locale_gen', 'community.general.locale_gen'],
    ['community.general.locale_gen', 'community.general.locale_gen'],
    ['mysql_db', 'community.mysql.mysql_db'],
    ['ansible.mysql.mysql_db', 'community.mysql.mysql_db'],
    ['community.general.postgresql_user', 'community.postgresql.postgresql_user'],
    ['community.general.docker_network', 'community.docker.docker_network'],
    ['docker_compose_v2', 'community.docker.docker_compose_v2'],
    ['openssl_certificate', 'community.crypto.x509_certificate'],
    ['community.crypto.openssl_certificate', 'community.crypto.x509_certificate'],
    ['community.general.openssl_csr', 'community.crypto.openssl_csr'],
    ['community.mysql.postgresql_user', undefined],
    ['verify', 'verify'],
    ['nosuch', undefined],
    ['ansible.builtin.nosuch', undefined],
    ['someone.else.apt', undefined],
    ['toString', undefined],
  ] as const)('knows %s as %s', ([name, known]) => {
    expect(canonical(name)).toBe(known);
  });

  test('lists every file in tasks/', async () => {
    const folder = join(import.meta.dirname, '../../tasks');
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
    const types = await Promise.all(
      files.map(async (name) => (await import(join(folder, name))).default.name as string),
    );

    expect(Object.keys(taskTypes).toSorted()).toEqual(types.toSorted());
  });

  test('has a package that accepts what roles for several systems give to dnf', () => {
    const { params } = taskTypes['ansible.builtin.package']!;

    expect(['disable_gpg_check', 'disable_plugin', 'skip_broken'].filter((name) => params[name] === undefined)).toEqual(
      [],
    );
  });

  test.for(Object.keys(taskTypes))('%s matches its line, and is documented with examples', (name) => {
    const type = taskTypes[name]!;

    expect(type.name).toBe(name);
    expect(type.summary).toMatch(/^[A-Z].*\.$/);
    expect(type.examples.length).toBeGreaterThan(0);
    for (const [param, spec] of Object.entries<ParamSpec>(type.params))
      expect(spec.doc ?? spec.ignored, param).toBeTruthy();
  });
});
