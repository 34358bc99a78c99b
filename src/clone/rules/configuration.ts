import { posix } from 'node:path';
import type { Clone } from '../clone.ts';
import { textsOf } from '../clone.ts';

const UNITS = /\.(?:service|socket|timer|target|mount|automount|path|slice|swap|device|scope|network|netdev|link)$/;
const CONFIGURATION = /\.(?:conf|cfg|cnf|ini|env|local|list|sources|rules|properties|toml|cron|sh|bash)$/;
const SCRIPT = /^#!/;
const PLACES =
  /(?:^|\/)(?:etc|nginx|sites-(?:available|enabled)|cron\.(?:d|daily|hourly|weekly|monthly)|sanoid|systemd)\//;

/** Whether a file looks like systemd's. */
export const isUnitFile = (path: string): boolean =>
  UNITS.test(path) ||
  (/\.conf$/.test(path) && /\.d$/.test(posix.dirname(path)) && UNITS.test(posix.dirname(path).slice(0, -2)));

/** Whether a file is for people to read. */
export const isDocument = (path: string): boolean =>
  /\.(?:md|markdown|rst|txt|adoc|org|html?)$/i.test(path) && !/(?:^|\/)sites-|\bnginx\//.test(path);

/** The files that programs on hosts read as configuration, and scripts. Data and documents are none, nor templates. */
export const configurationOf = (clone: Clone): readonly { readonly path: string; readonly text: string }[] =>
  textsOf(clone).filter(
    ({ path, text }) =>
      !isDocument(path) &&
      !/\.(?:j2|jinja|erb|tmpl|template|bat|cmd|ps1|csv|json|ya?ml|xml|css|js|svg)$/i.test(path) &&
      (isUnitFile(path) ||
        CONFIGURATION.test(path) ||
        PLACES.test(path) ||
        SCRIPT.test(text) ||
        /(?:^|\/)(?:\.env|crontab)[^/]*$/.test(path)),
  );
