import { posix } from 'node:path';
import { type Clone, textsOf } from '../clone.ts';
import { type Directive, readNginx } from '../nginx/syntax.ts';
import { type CloneRule, finding } from './rule.ts';

const OTHER =
  /\.(?:md|markdown|rst|txt|html?|css|m?[jt]s|lua|rb|go|rs|c|java|toml|lock|sql|py|pl|php|sh|json|ya?ml|xml|pem|crt|csr|key|gif|png|jpe?g|svg|ico|j2|jinja|erb|tmpl|template|bak|orig|service|timer|socket|htpasswd)$/i;

const DIRECTIVE =
  /^\s*(?:server|http|events|upstream|location|map|log_format|listen|server_name|(?:proxy|fastcgi|uwsgi)_\w+|root|include|ssl_\w+|add_header|gzip\w*|return|rewrite)\b.*[;{}]\s*(?:#.*)?$/m;

/** The files of a clone that nginx reads, by where they lie and what they look like. */
export const nginxFiles = (clone: Clone): readonly { readonly path: string; readonly text: string }[] =>
  textsOf(clone).filter(
    ({ path, text }) =>
      posix.dirname(path).split('/').includes('nginx') &&
      !OTHER.test(path) &&
      (path.endsWith('.conf') || DIRECTIVE.test(text)) &&
      !/(?:passwd|^Dockerfile.*|^Makefile|^\..*)$/.test(posix.basename(path)),
  );

/** Whether what was read is directives, and no mistake. */
export const areDirectives = (read: ReturnType<typeof readNginx>): read is readonly Directive[] => Array.isArray(read);

/** Configuration of nginx whose words, quotes and braces do not fit together: nginx does not start with it. */
export const nginxSyntax: CloneRule = (clone) =>
  nginxFiles(clone).flatMap(({ path: file, text }) => {
    const read = readNginx(text);
    if (read === undefined || areDirectives(read)) return [];
    return [
      finding(
        'nginx-syntax',
        { file, line: read.line, column: read.column },
        `nginx does not read this: ${read.message}`,
      ),
    ];
  });
