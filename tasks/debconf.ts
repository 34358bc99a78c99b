import { type Change, defineTask, predicts, reading, type ShellAnswer, sh, shell, shellAnswer } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.debconf',
  summary: 'Preseed the answers to the questions that Debian packages ask.',
  description:
    "The current answers are read directly from debconf's own files, so reading the answers for many packages is cheap. Passwords are never shown.",
  params: {
    name: { type: 'str', required: true, aliases: ['pkg'], doc: 'The package.' },
    question: { type: 'str', aliases: ['selection', 'setting'], doc: 'The question, for example `postfix/mailname`.' },
    vtype: {
      type: 'str',
      choices: ['boolean', 'error', 'multiselect', 'note', 'password', 'seen', 'select', 'string', 'text', 'title'],
      doc: 'The type of the answer.',
    },
    value: { type: 'raw', aliases: ['answer'], doc: 'The answer.' },
    unseen: { type: 'bool', default: false, doc: 'Do not mark the question as seen, so that debconf still asks it.' },
  },
  rules: { requiredTogether: [['question', 'vtype', 'value']] },
  ask: ({ name, question }) => ({ now: question === undefined ? answersOf(name) : answerTo(question) }),
  plan({ now }, params) {
    const { name, question, vtype } = params;
    if (question === undefined) return { changes: [], result: { msg: '', current: readAnswers(now.stdout) } };
    const is = readAnswers(now.stdout)[question];
    const to = wantedValue(params.value, vtype);
    if (vtype === 'seen' ? now.stdout.includes('Flags: seen') === (to === 'true') : is === to) return { changes: [] };
    const hidden = vtype === 'password';
    const change: Change = {
      what: `debconf ${question}`,
      from: is !== undefined && hidden ? '(hidden)' : (is ?? null),
      to: hidden ? '(hidden, different)' : to,
      commands: [
        reading(sh`debconf-set-selections ${params.unseen ? ['-u'] : []}`, `${name} ${question} ${vtype} ${to}\n`),
      ],
      effects: [predicts(answerTo(question), shellAnswer(`Name: ${question}\nValue: ${to}\nFlags: seen\n`))],
    };
    return { changes: [change] };
  },
  result: ({ state, before, params: { question, vtype, value } }) =>
    question === undefined
      ? {}
      : {
          msg: '',
          current: shown(state.now, question, vtype),
          previous: shown(before.now, question, vtype),
          ...(vtype === 'password' ? {} : { value }),
        },
  returns: { current: 'The current answer.', previous: 'The previous answer.' },
  examples: [
    {
      title: 'Choose the configuration type of a mail server',
      yaml: 'debconf:\n  name: postfix\n  question: postfix/main_mailer_type\n  vtype: select\n  value: Satellite system',
    },
    {
      title: 'Answer a yes-or-no question',
      yaml: 'debconf:\n  name: tzdata\n  question: tzdata/retrace\n  vtype: boolean\n  value: true',
    },
  ],
});

const files = ['/var/cache/debconf/config.dat', '/var/cache/debconf/passwords.dat'];
const about = ['debconf:', 'by:package:*'];

/** In debconf's files each question is a paragraph, with at most twenty fields. */
const answerTo = (question: string) =>
  shell(
    {
      ...sh`grep -hFx -A 20 -e ${`Name: ${question}`} ${files} 2>/dev/null | sed '/^$/q'; :`,
      about: [`debconf:${question}`],
    },
    { secret: true },
  );

const answersOf = (name: string) => shell({ ...sh`LC_ALL=C debconf-show ${name}`, about });

/** Reads the values by question, either from the paragraphs or from the output of `debconf-show`. */
function readAnswers(text: string): Readonly<Record<string, string>> {
  const [, name] = /^Name: (.*)$/m.exec(text) ?? [];
  if (name !== undefined) {
    const [, value] = /^Value: ?(.*)$/m.exec(text) ?? [];
    return value === undefined ? {} : { [name]: value };
  }
  return Object.fromEntries(
    [...text.matchAll(/^[* ] (\S+): ?(.*)$/gm)].map(([, question = '', value = '']) => [question, value]),
  );
}

const shown = (answer: ShellAnswer, question: string, vtype: string | undefined): Readonly<Record<string, string>> => {
  const value = readAnswers(answer.stdout)[question];
  return value === undefined ? {} : { [question]: vtype === 'password' ? '(password omitted)' : value };
};

function wantedValue(value: unknown, vtype: string | undefined): string {
  if (vtype === 'multiselect' && Array.isArray(value)) return value.join(', ');
  const text = String(value);
  return vtype === 'boolean' || vtype === 'seen' ? text.toLowerCase() : text;
}
