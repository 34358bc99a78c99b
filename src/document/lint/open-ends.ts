import { type DocumentRule, found, placedCalls } from './rule.ts';

/** What the document itself says is still to be done, or not understood. */
export const openEnds: DocumentRule = (view) => {
  const { lines, headings } = view.document;
  const todo = headings.filter(({ title }) => /\bTODO\b/i.test(title));
  return lines.flatMap(({ number, text, kind }) => {
    if (kind === 'command' || kind === 'output' || kind === 'content') return [];
    const isItem = /^\s*[-*] /.test(text) && todo.some(({ line, endLine }) => line < number && number <= endLine);
    if (isItem || /\b(?:TODO|FIXME)\b\s*:/.test(text))
      return [found(view, 'open-todo', number, `still to do: ${text.replace(/^[\s*-]+/, '').trim()}`)];
    return /\(\s*why\s*\?+\s*\)|\?\?\?/i.test(text)
      ? [found(view, 'open-question', number, `not understood when it was written: ${text.trim()}`)]
      : [];
  });
};

const FAILED = /^(?:Failed to|Error\b|E: |fatal: |.*\bcommand not found$|.*: No such file or directory$|Detail: )/;

/** Commands that the document shows failing, where it does not show that they went well later. Probes of what is to be closed are none. */
export const shownFailing: DocumentRule = (view) => {
  const calls = placedCalls(view).filter(({ program }) => !['nc', 'curl', 'ping', 'telnet'].includes(program));
  return view.document.parts.flatMap((part) => {
    if (part.kind !== 'output' || !FAILED.test(part.text.trim())) return [];
    const last = calls.findLast(
      ({ command }) => command.at.line < part.at.line && command.under.at(-1)?.line === part.under.at(-1)?.line,
    );
    if (last === undefined) return [];
    const again = calls.some(({ command }) => command.at.line > part.at.line && command.text === last.command.text);
    return again
      ? []
      : [
          found(
            view,
            'shown-failing',
            part.at.line,
            `\`${last.command.text.trim()}\` failed here, and the document does not show that it ever worked`,
            'say what came of it, and let a task prove it',
          ),
        ];
  });
};

/** Certificates that were copied: nobody renews them, if this host cannot. */
export const copiedCertificates: DocumentRule = (view) => {
  const { parts } = view.document;
  return parts.flatMap((part) => {
    const copies =
      (part.kind === 'instruction' && /\bcop(?:y|ied)\b.*\b(?:certificates?|letsencrypt)\b/i.test(part.text)) ||
      (part.kind === 'command' &&
        part.calls.some(
          ({ words }) =>
            ['cp', 'scp', 'rsync'].includes(words[0] ?? '') && words.some((word) => word.includes('/letsencrypt')),
        ));
    return copies
      ? [
          found(
            view,
            'copied-certificates',
            part.at.line,
            'certificates are copied here: a copy ends on its day, unless this host renews it',
            'let a task prove that they can be renewed (certbot: state: renewable), or copy them again (certificates_between)',
          ),
        ]
      : [];
  });
};

const ENDS =
  /\b(?:not ?after|expires?(?: on)?|expiry date|valid until)\b[=:\s]*(\w{3} +\d{1,2} [\d:]+ \d{4}(?: GMT)?|\d{4}-\d\d-\d\d)/i;

/** Certificates whose last day, as the document has it, has passed. */
export const endedCertificates: DocumentRule = (view) =>
  view.document.lines.flatMap(({ number, text }) => {
    const [, date = ''] = ENDS.exec(text) ?? [];
    const end = Date.parse(date);
    return Number.isNaN(end) || end > view.now
      ? []
      : [
          found(
            view,
            'ended-certificate',
            number,
            `this certificate ended on ${new Date(end).toISOString().slice(0, 10)}`,
          ),
        ];
  });

/** fail2ban on Debian 12 finds no log of sshd, which writes to the journal only, and does not start. */
export const fail2banWithoutLog: DocumentRule = (view) => {
  const { lines } = view.document;
  const isDebian12 = lines.some(({ text }) => /\bdebian[ -]?1[23]\b|\bbookworm\b|\btrixie\b/i.test(text));
  const use = lines.find(({ text, kind }) => kind !== 'text' && /\bfail2ban\b/i.test(text));
  const hasBackend = lines.some(({ text }) => /\bbackend\s*=|\brsyslog\b/i.test(text));
  return isDebian12 && use !== undefined && !hasBackend
    ? [
        found(
          view,
          'fail2ban-without-log',
          use.number,
          'since Debian 12 sshd writes to the journal only: fail2ban does not start without `backend = systemd` for its sshd jail, or rsyslog',
          'say so in jail.d; jails that read files keep a backend of their own',
        ),
      ]
    : [];
};

/** Commands at a prompt of another host than the others. */
export const otherHosts: DocumentRule = (view) => {
  const told = new Set<string>();
  return placedCalls(view).flatMap(({ command: { host, at } }) => {
    if (host === undefined || told.has(host)) return [];
    told.add(host);
    return [
      found(
        view,
        'other-host',
        at.line,
        `from here on it is the prompt of ${host}`,
        'say which of the steps after it are for which host',
      ),
    ];
  });
};
