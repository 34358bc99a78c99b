import { type Parts, partText } from '../../../core/facts/parts.ts';
import { fieldRows } from '../survey.ts';

/** Whether a file of apt sources has only what an installer of Debian writes. */
export function hasOwnSources(parts: Parts, path: string): boolean {
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(partText(parts, 'release'))?.[1] ?? '';
  return fieldRows(parts, 'sources', 2)
    .filter(([file]) => file === path)
    .every(([, line = '']) => (path.endsWith('.sources') ? isOwnField(line, codename) : isOwnLine(line, codename)));
}

const OWN_HOST = /^https?:\/\/([a-z0-9.-]+\.)?debian\.org\//;

const isOwnSuite = (suite: string, codename: string): boolean =>
  codename !== '' &&
  [codename, `${codename}-updates`, `${codename}-security`].includes(suite.replace(/\/updates$/, '-security'));

function isOwnLine(line: string, codename: string): boolean {
  const [, url = '', suite = ''] = /^deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line) ?? [];
  return url.startsWith('cdrom:') || (OWN_HOST.test(`${url}/`) && isOwnSuite(suite, codename));
}

function isOwnField(line: string, codename: string): boolean {
  const [, name = '', value = ''] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
  const words = value.split(/\s+/);
  if (name === 'URIs') return words.every((word) => OWN_HOST.test(`${word}/`));
  return name !== 'Suites' || words.every((word) => isOwnSuite(word, codename));
}

/** The lines of a file of apt sources. */
export const sourceLines = (parts: Parts, path: string): readonly string[] =>
  fieldRows(parts, 'sources', 2).flatMap(([file, line = '']) => (file === path ? [line] : []));
