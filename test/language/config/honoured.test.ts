import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WITHOUT_EFFECT } from '../../../src/language/config/idle-settings.ts';
import { loadConfig } from '../../../src/language/config/load-config.ts';
import { SETTINGS } from '../../../src/language/config/settings.ts';

const root = join(import.meta.dirname, '../../../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('language/config/'))
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n');

/** Colours are determined from the environment before anything is read. */
const elsewhere = new Set(['noColor', 'forceColor']);

describe("settings in Ansible's configuration", () => {
  test.for(Object.keys(SETTINGS) as (keyof typeof SETTINGS)[])('%s has an effect, or is listed without one', (name) => {
    const used = new RegExp(`\\bconfig\\.${name}\\b`).test(sources) || elsewhere.has(name);

    expect(WITHOUT_EFFECT.has(name)).toBe(!used);
  });

  test('one without effect is reported, unless it has its default value', () => {
    const { warnings } = loadConfig(
      { HOME: '/nowhere', ANSIBLE_LOG_PATH: '/x', ANSIBLE_RETRY_FILES_ENABLED: 'false' },
      '/nowhere',
    );

    expect(warnings.map(({ message }) => message)).toEqual([
      "these settings in Ansible's configuration have no effect here: ANSIBLE_LOG_PATH",
    ]);
  });
});
