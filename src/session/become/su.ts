import { script } from '../../core/command.ts';
import { type BecomeMethod, hintOfPassword, pipedFor, shell, wordsOf } from './become-method.ts';

/** By su, which asks for the password of the user. */
export const su: BecomeMethod = {
  enter(become) {
    const { user, password, flags = '', exe = 'su' } = become;
    const inside = (line: string) => script`exec ${shell(pipedFor(become, line))}`.text;
    return {
      wrap: (line) => script`LANGUAGE=C exec ${wordsOf(exe)} ${wordsOf(flags)} ${user} -c ${inside(line)}`.text,
      prompts: [{ text: 'Password: ', password }],
    };
  },
  hint: hintOfPassword,
};
