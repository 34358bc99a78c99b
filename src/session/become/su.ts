import { script } from '../../core/command.ts';
import { type BecomeMethod, hintOfPassword, inWords, pipedFor, shellFor, shellWordsOf } from './become-method.ts';

/** su, which asks for the target user's password. */
export const su: BecomeMethod = {
  enter(become) {
    const { user, password, flags = '', exe = 'su' } = become;
    const inside = (line: string) => script`exec ${shellFor(pipedFor(become, line))}`.text;
    return {
      by: inWords(exe, flags),
      wrap: (line) =>
        script`LANGUAGE=C exec ${shellWordsOf(exe)} ${shellWordsOf(flags)} ${user} -c ${inside(line)}`.text,
      prompts: [{ text: 'Password: ', password }],
    };
  },
  hint: hintOfPassword,
};
