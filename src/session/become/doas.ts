import { script } from '../../core/command.ts';
import { type BecomeMethod, inWords, pipedFor, shellFor, shellWordsOf } from './become-method.ts';

/** OpenBSD's doas. It reads passwords only from a terminal; with -n it reports that instead of waiting. */
export const doas: BecomeMethod = {
  enter(become) {
    const { user, flags = '', exe = 'doas' } = become;
    return {
      by: inWords(exe, '-n', flags),
      wrap: (line) =>
        script`exec ${shellWordsOf(exe)} -n ${shellWordsOf(flags)} -u ${user} ${shellFor(pipedFor(become, line))}`.text,
      prompts: [],
    };
  },
  hint: (_, words) =>
    /authenti|tty/i.test(words)
      ? 'doas reads a password only from a terminal: use `nopass` in doas.conf, or become with sudo or su'
      : undefined,
};
