import { type Question, type ShellAnswer, script } from '../../../src/sdk.ts';
import { isObject, textInside } from '../json.ts';
import { answerOf, askHelm, type Helm, helmComplaint } from './helm-client.ts';

/** A repository of charts. */
interface ChartRepository {
  readonly name: string;
  readonly url: string;
}

/** Asks which repositories of charts the user has, whatever cluster is meant. */
export const askRepositories = ({ program, environment }: Helm): Question<ShellAnswer> => {
  const own = Object.entries(environment).filter(([name]) => !/^HELM_(?:KUBE|NAMESPACE)/.test(name));
  const helm = { program, environment: Object.fromEntries(own), token: undefined, config: undefined, file: undefined };
  return askHelm(helm, script`_helm repo list --output json`, { about: ['helm:repositories'] });
};

/** The repositories, or why they are not known. */
export function readRepositories(answer: ShellAnswer): readonly ChartRepository[] | { readonly failed: string } {
  if (answer.code !== 0) return /no repositories/.test(answer.stderr) ? [] : { failed: helmComplaint(answer) };
  const parsed: unknown = JSON.parse(answer.stdout);
  return (Array.isArray(parsed) ? parsed : []).filter(isObject).map((one) => ({
    name: textInside(one, 'name') ?? '',
    url: textInside(one, 'url') ?? '',
  }));
}

/** The answer that there are these repositories. */
export const repositoriesAnswer = (all: readonly ChartRepository[]): ShellAnswer => answerOf([JSON.stringify(all)]);
