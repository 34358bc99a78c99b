/**
 * What a question is about, or a change affects: `path:/etc/nginx`, `unit:nginx.service`, `package:nginx`, `user:bob`,
 * `dataset:tank/a`, `network:`. The part after the colon may end in `*`. A path stands for itself and all below it;
 * `entry:/etc/nginx` is that path alone: a folder that is made or gets another mode leaves what is below it as it is;
 * of that, `data:` is what a file holds and `inode:` all else, so that another mode leaves the content as it is.
 * `listed:/etc` is what folders hold there: names come and go, while files that are there stay as they are.
 * `absent:unit:…` and `missing:/path` are those of which an answer says that they are not there.
 * `by:package:git` is what an answer depends on and does not tell of: where the answer will be another, it stays as it is.
 */
export type Subject = string;

/** Whether what is said about one subject can touch the other: equal, below it, or matched by its star. */
export function touches(changed: Subject, asked: Subject): boolean {
  if (changed.startsWith('listed:'))
    return /^(path|entry):/.test(asked) && touches(changed.replace('listed:', 'path:'), asked);
  return covers(changed, asked) || covers(asked, changed);
}

function covers(wide: Subject, narrow: Subject): boolean {
  if (wide === narrow) return true;
  const [, alone] = /^(?:entry|data|inode):(.*)$/s.exec(narrow) ?? [];
  if (wide.startsWith('path:') && alone !== undefined) return covers(wide, `path:${alone}`);
  if (wide.startsWith('entry:') && alone !== undefined && !narrow.startsWith('entry:'))
    return covers(wide, `entry:${alone}`);
  if (wide.endsWith('*')) return narrow.startsWith(wide.slice(0, -1));
  return wide.startsWith('path:') && narrow.startsWith(wide.endsWith('/') ? wide : `${wide}/`);
}
