import { type DraftTask, exact, lookOnly, manual, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { isExpanded, isPattern } from '../words.ts';

/** The full name of a unit, as systemctl(1) completes it. */
const unitName = (name: string): string =>
  /\.(service|timer|socket|target|path|mount|automount|slice|swap|scope)$/.test(name) ? name : `${name}.service`;

const unit = (name: string, args: Readonly<Record<string, unknown>>): DraftTask => ({
  type: 'systemd',
  args: { name: unitName(name), ...args },
  declares: `unit:${unitName(name)}`,
});

const SETS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  enable: { enabled: true },
  disable: { enabled: false },
  start: { state: 'started' },
  stop: { state: 'stopped' },
  mask: { masked: true },
  unmask: { masked: false },
};

const LOOKS = /^(status|show|cat|help|is-\w+|list-\S+|get-default)$/;

const systemctl: Verb = ({ args }) => {
  const options = readOptions(args, {
    flags: 'lqa',
    longFlags: ['now', 'full', 'quiet', 'no-pager', 'no-block', 'all', 'failed', 'force', 'system'],
    values: 'ntpo',
    longValues: ['lines', 'type', 'property', 'state'],
  });
  const [verb = 'list-units', ...names] = options?.operands ?? [];
  if (LOOKS.test(verb)) return lookOnly;
  if (options === undefined) return manual('an option of it is not understood');
  if (verb === 'daemon-reload')
    return exact({ type: 'systemd', args: { daemon_reload: true }, declares: 'systemd:daemon-reload' });
  if (names.length === 0) return manual('it names no unit');
  if (names.some((name) => isExpanded(name) || isPattern(name)))
    return manual('the document does not tell which units it names');
  if (verb === 'edit') return manual('what was written into its drop-in file stands beside it');
  const [first] = names;
  if (
    /^(try-)?(re(start|load)|reload-or-restart|force-reload)$/.test(verb) &&
    first !== undefined &&
    names.length === 1
  )
    return { grade: 'restart', handler: unit(first, { state: verb.endsWith('restart') ? 'restarted' : 'reloaded' }) };
  const sets = SETS[verb];
  if (sets === undefined) return manual(`\`systemctl ${verb}\` is not understood`);
  const now = verb === 'enable' ? { state: 'started' } : { state: 'stopped' };
  return exact(...names.map((name) => unit(name, { ...sets, ...(options.has('now') && now) })));
};

const service: Verb = ({ args: [name, verb, ...more] }) => {
  if (name === undefined || name.startsWith('-') || verb === undefined || more.length > 0 || isExpanded(name))
    return lookOnly;
  return systemctl({ args: [verb, name], directories: new Set() });
};

/** Programs that start, stop and enable units. */
export const serviceVerbs: Readonly<Record<string, Verb>> = {
  systemctl,
  service,
  journalctl: () => lookOnly,
};
