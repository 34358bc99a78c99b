import { type Controller, defineTask } from '../src/sdk.ts';
import { timestamp } from './shared/text.ts';

export default defineTask({
  name: 'ansible.builtin.pause',
  summary: 'Wait for a while, or until somebody presses Return.',
  description:
    'Without `seconds` or `minutes`, the task prompts on the terminal; if nobody is there to respond, it continues with a warning. A check does not wait.',
  controllerOnly: true,
  params: {
    seconds: { type: 'float', doc: 'How long to wait, in seconds.' },
    minutes: { type: 'float', doc: 'How long to wait, in minutes.' },
    prompt: { type: 'str', doc: 'The text to show.' },
    echo: { type: 'bool', default: true, doc: 'Show the input as it is typed.' },
  },
  rules: { mutuallyExclusive: [['minutes', 'seconds']] },
  async prepare(params, controller, context) {
    const start = new Date();
    const seconds = params.seconds ?? (params.minutes === undefined ? undefined : params.minutes * 60);
    const input = context.check ? '' : await wait(seconds, params.prompt, params.echo, controller, context.interactive);
    return { ...params, start, stop: new Date(), seconds, input };
  },
  plan(_state, { seconds, minutes, echo, start, stop, input }, context) {
    const took = (stop.getTime() - start.getTime()) / 1000;
    const [number, unit] = minutes === undefined ? [seconds ?? took, 'seconds'] : [minutes, 'minutes'];
    const shown = Number.isInteger(number) ? `${number}.0` : String(Math.round(number * 100) / 100);
    const silent = seconds === undefined && !context.interactive && !context.check;
    return {
      changes: [],
      warnings: silent ? ['Not waiting for response to prompt as stdin is not interactive'] : [],
      result: {
        delta: Math.round(took),
        rc: 0,
        stdout: `Paused for ${shown} ${unit}`,
        stderr: '',
        start: timestamp(start),
        stop: timestamp(stop),
        echo,
        user_input: input,
      },
    };
  },
  returns: {
    user_input: 'What was typed.',
    delta: 'How long the pause lasted, in seconds.',
    start: 'When the pause began.',
    stop: 'When the pause ended.',
    echo: 'The `echo` parameter.',
    stdout: 'The intended length of the pause.',
  },
  examples: [{ title: 'Give a service a moment', yaml: 'pause:\n  seconds: 1' }],
});

async function wait(
  seconds: number | undefined,
  prompt: string | undefined,
  echo: boolean,
  controller: Controller,
  interactive: boolean,
): Promise<string> {
  if (seconds !== undefined) {
    await controller.wait(Math.max(1, seconds) * 1000);
    return '';
  }
  if (!interactive) return '';
  return controller.prompt(prompt ?? 'Press enter to continue, Ctrl+C to interrupt', { echo });
}
