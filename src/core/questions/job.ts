import { quote } from '../command.ts';
import { type Question, type QuestionKind, question } from '../question.ts';

/** What became of a job that was started on the host: it goes on, or ended, or there is none of that id. */
export interface JobState {
  readonly state: 'none' | 'running' | 'done';
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

const kind: QuestionKind<string, JobState> = {
  name: 'job',
  scripts: (ids) =>
    ids.flatMap((id) => {
      const file = `~/.ansible_async/${quote(id)}`;
      return [
        { script: `cat ${file} 2>/dev/null || echo none` },
        { script: `cat ${file}.out 2>/dev/null; :` },
        { script: `cat ${file}.err 2>/dev/null; :` },
      ];
    }),
  read: (replies, ids) =>
    ids.map((_, index) => {
      const [status, out, err] = replies.slice(index * 3, index * 3 + 3).map((reply) => reply.stdout.toString());
      const [state, rc = '0'] = status!.trim().split(' ');
      const is = state === 'running' || state === 'done' ? state : 'none';
      return { ok: true, value: { state: is, rc: Number(rc), stdout: out!, stderr: err! } };
    }),
};

/** Ask what became of a job. */
export const job = (id: string): Question<JobState> => question(kind, id);
