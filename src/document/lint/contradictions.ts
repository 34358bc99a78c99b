import type { Diagnostic } from '../../core/source.ts';
import type { InstallDocument } from '../document.ts';
import { type DocumentRule, found, linksMade, placedCalls } from './rule.ts';

const GATEWAY = /\b(?:gw=|gateway\s*[:=]?\s+)((?:\d{1,3}\.){3}\d{1,3})\b/gi;

/** Two default gateways in one section: a host with both has none that is certain. */
export const twoGateways: DocumentRule = (view) => {
  const said = view.document.lines.flatMap(({ number, text }) =>
    [...text.matchAll(GATEWAY)].map(([, address = '']) => ({
      number,
      address,
      section: sectionLine(view.document, number),
    })),
  );
  return said.flatMap(({ number, address, section }, index) => {
    const before = said.slice(0, index).findLast((one) => one.section === section && one.address !== address);
    if (before === undefined) return [];
    return [
      found(
        view,
        'two-gateways',
        number,
        `the gateway ${address} is set here, and ${before.address} on line ${before.number}`,
        'a host has one default gateway: only one of its interfaces has a gateway',
      ),
    ];
  });
};

/** The line of the heading of second depth that a line stands under, or of the first. */
const sectionLine = ({ headings }: InstallDocument, line: number): number =>
  headings.findLast(({ depth, line: at, endLine }) => depth <= 2 && at <= line && line <= endLine)?.line ?? 0;

/** A link that is made twice, with different targets, and not removed in between. */
export const linkedTwice: DocumentRule = (view) => {
  const links = linksMade(view);
  return links.flatMap((link, index) => {
    const before = links
      .slice(0, index)
      .findLast(({ at, command }) => at === link.at && !differ(command.host, link.command.host));
    if (before === undefined || before.target === link.target) return [];
    const line = link.command.at.line;
    if (removed(view, link.at, before.command.at.line, line)) return [];
    return [
      found(
        view,
        'linked-twice',
        line,
        `${link.at} leads to ${link.target} here, and to ${before.target} by line ${before.command.at.line}`,
        'say which of them is meant, or on which host',
      ),
    ];
  });
};

/** Two hosts that are known, and not the same. */
const differ = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one !== other;

/** Whether a path is removed or moved away between two lines. What moves it away is told by itself. */
const removed = (view: Parameters<DocumentRule>[0], path: string, after: number, before: number): boolean =>
  placedCalls(view).some(
    ({ program, operands, command }) =>
      ['rm', 'unlink'].includes(program) &&
      operands.includes(path) &&
      command.at.line > after &&
      command.at.line < before,
  );

/** `mv` of what an earlier line made a link: it moves the link, not what the link leads to. */
export const movedLink: DocumentRule = (view) => {
  const links = linksMade(view);
  return placedCalls(view).flatMap(({ program, operands: [from = '', to = ''], command }): readonly Diagnostic[] => {
    const link =
      program === 'mv'
        ? links.findLast(({ at, command: { at: place } }) => at === from && place.line < command.at.line)
        : undefined;
    if (link === undefined) return [];
    return [
      found(
        view,
        'moved-link',
        command.at.line,
        `${from} is a link since line ${link.command.at.line}: this moves the link to ${to}, where it leads to ${link.target}`,
        'the file is in the repository already: leave this step out',
      ),
    ];
  });
};

const LISTENS = /(?:LISTEN_ADDRESS=|listen\s+|accept\s*=\s*|bind\s+)"?((?:\d{1,3}\.){3}\d{1,3}):(\d{2,5})\b/gi;
const REACHED = /(?<![\d.])((?:\d{1,3}\.){3}\d{1,3}):(\d{2,5})\b/g;

/** A port that one place makes listen on an address, and another asks at a different one. */
export const otherAddress: DocumentRule = (view) => {
  const { lines } = view.document;
  const listens = lines.flatMap(({ number, text }) =>
    [...text.matchAll(LISTENS)].map(([, address = '', port = '']) => ({ number, address, port })),
  );
  return lines.flatMap(({ number, text, kind }) =>
    kind === 'output' || kind === 'text'
      ? []
      : [...text.matchAll(REACHED)].flatMap(([, address = '', port = '']) => {
          const there = listens.filter(
            (one) => one.port === port && sectionLine(view.document, one.number) === sectionLine(view.document, number),
          );
          const [first] = there;
          // Two hosts may each listen on an address of their own; what listens on a host alone is not reached from elsewhere.
          const isLocal = [address, first?.address].some((one) => one?.startsWith('127.') === true);
          if (first === undefined || !isLocal || there.some((one) => one.address === address)) return [];
          return [
            found(
              view,
              'other-address',
              number,
              `port ${port} is asked at ${address}, but line ${first.number} makes it listen on ${first.address}`,
              'use one address in both places',
            ),
          ];
        }),
  );
};
