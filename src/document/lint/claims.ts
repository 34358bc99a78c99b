import { basename } from 'node:path/posix';
import { type Clone, destinationOf, elsewhere, insideOf } from '../../clone/clone.ts';
import { type DocumentRule, type DocumentView, found, linksMade, placedCalls } from './rule.ts';

/** What a clone has at a path: its text, if it is a text file. */
function textAt(clone: Clone, path: string): string | undefined {
  const place = destinationOf(clone, path);
  const entry = place.kind === 'here' ? clone.entries.get(place.path) : undefined;
  return entry?.kind === 'file' ? entry.text : undefined;
}

/** Links to what the clone does not have, and links to what is itself a link in the clone. */
export const linkTargets: DocumentRule = (view) => {
  const { clone } = view;
  if (clone === undefined) return [];
  return linksMade(view).flatMap(({ target, command }) => {
    const path = insideOf(clone, target);
    if (path === undefined) return [];
    const place = destinationOf(clone, path);
    if (place.kind === 'missing') {
      const now = elsewhere(clone, path);
      return [
        found(
          view,
          'dangling-link',
          command.at.line,
          `the repository has no ${path}`,
          now === undefined ? 'add the file, or correct the document' : `${now} is there: was that meant?`,
        ),
      ];
    }
    const entry = clone.entries.get(path);
    return entry?.kind === 'link'
      ? [
          found(
            view,
            'link-to-link',
            command.at.line,
            `${path} is itself a link in the repository, to ${entry.target}`,
            'a change of either of them changes what is in effect',
          ),
        ]
      : [];
  });
};

/** Links into a repository that is pulled: their meaning changes without them. */
export const pulledLinks: DocumentRule = (view) => {
  const roots = placedCalls(view).flatMap(({ program, operands, call }) => {
    const name = program === 'git' && operands[0] === 'clone' ? basename(operands[1] ?? '').replace(/\.git$/, '') : '';
    return name === '' ? [] : [operands[2] ?? `${call.cwd ?? ''}/${name}`];
  });
  const links = linksMade(view).filter(({ target }) => roots.some((root) => target.startsWith(`${root}/`)));
  const [first] = links;
  if (first === undefined) return [];
  const many = links.length === 1 ? 'this link leads' : `${links.length} links, from this one on, lead`;
  return [
    found(
      view,
      'pulled-links',
      first.command.at.line,
      `${many} into a clone: a pull changes what services read, and those that run go on with what they have read`,
      'after a pull, reload what reads it; run audit --lints tells of configuration that is newer than its process',
    ),
  ];
};

/** Excerpts that are not in the file of the clone that they are of. */
export const staleExcerpts: DocumentRule = (view) => {
  const { clone, document } = view;
  if (clone === undefined) return [];
  return document.parts.flatMap((part) => {
    if (part.kind !== 'content') return [];
    const file = fileOf(view, clone, part.path, part.at.line);
    const text = file === undefined ? undefined : textAt(clone, file);
    if (file === undefined || text === undefined) return [];
    const has = new Set(text.split('\n').map(plain));
    const missing = part.text.split('\n').find((line) => !isNoContent(line) && !has.has(plain(line)));
    return missing === undefined
      ? []
      : [
          found(
            view,
            'stale-excerpt',
            part.at.line,
            `${file} has no line "${missing.trim()}"`,
            'the file has changed since, or another one is meant',
          ),
        ];
  });
};

const plain = (line: string): string => line.trim().replace(/\s+/g, ' ');
const isNoContent = (line: string): boolean => /^\s*(?:$|#|\/\/|;|\W*(?:\.\.\.|…)\W*$)/.test(line);

/** The file in the clone that an excerpt is of: by its path, or by the link that the document makes to it or to a file of that name. */
function fileOf(view: DocumentView, clone: Clone, path: string | undefined, line: number): string | undefined {
  const own = path?.startsWith('/') === true ? insideOf(clone, path) : undefined;
  if (own !== undefined) return destinationOf(clone, own).kind === 'here' ? own : undefined;
  const before = view.document.lines
    .slice(Math.max(0, line - 4), line)
    .map(({ text }) => text)
    .join(' ');
  const names = [path, ...[...before.matchAll(/`([\w./-]+\.\w+)`/g)].map(([, name]) => name)].flatMap((name) =>
    name === undefined ? [] : [basename(name)],
  );
  const link = linksMade(view).find(
    ({ target, at }) => names.includes(basename(target)) || names.includes(basename(at)),
  );
  return link === undefined ? undefined : insideOf(clone, link.target);
}

/** Units that linked units call on a failure, and that no command links. */
export const unlinkedUnits: DocumentRule = (view) => {
  const { clone } = view;
  if (clone === undefined) return [];
  const links = linksMade(view);
  const linked = new Set(links.map(({ at }) => basename(at)));
  const told = new Set<string>();
  return links.flatMap(({ target, command }) => {
    const path = insideOf(clone, target);
    const place = path === undefined ? undefined : destinationOf(clone, path);
    if (place?.kind !== 'here') return [];
    const texts = [...clone.entries].flatMap(([name, entry]) =>
      (name === place.path || name.startsWith(`${place.path}/`)) && entry.kind === 'file' ? [entry.text ?? ''] : [],
    );
    const called = texts.flatMap((text) =>
      [...text.matchAll(/^OnFailure=\s*([\w-]+@)\S*/gm)].map(([, name]) => `${name}.service`),
    );
    return [...new Set(called)]
      .filter(
        (name) =>
          !linked.has(name) && !told.has(name) && [...clone.entries.keys()].some((one) => basename(one) === name),
      )
      .map((name) => {
        told.add(name);
        return found(
          view,
          'unlinked-unit',
          command.at.line,
          `what is linked here calls ${name} on a failure, and no command links that unit`,
          `link ${name}, too: without it, failures are not told`,
        );
      });
  });
};

/** Names in prompts, and addresses that commands ask, which the inventory does not have. */
export const unknownNames: DocumentRule = (view) => {
  const { inventory } = view;
  if (inventory === undefined) return [];
  const told = new Set<string>();
  const once = (name: string): boolean => !told.has(name) && told.add(name) !== undefined;
  return placedCalls(view).flatMap(({ command, call }) => {
    const line = command.at.line;
    const host = command.host;
    const addresses = call.words.flatMap((word) =>
      [...word.matchAll(/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g)].map(([address]) => address),
    );
    return [
      ...(host !== undefined && !inventory.names.has(host) && once(host)
        ? [found(view, 'unknown-host', line, `the inventory has no host "${host}"`)]
        : []),
      ...addresses
        .filter(
          (address) => !/^(?:127\.|0\.0\.0\.0)/.test(address) && !inventory.addresses.has(address) && once(address),
        )
        .map((address) =>
          found(view, 'unknown-address', line, `no variable of the inventory has the address ${address}`),
        ),
    ];
  });
};
