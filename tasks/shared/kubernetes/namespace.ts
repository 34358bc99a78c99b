import { decodeText, type Question, type QuestionKind, question, script } from '../../../src/sdk.ts';
import { type Kubectl, kubectlInput, withKubectl } from './kubectl.ts';

interface InCluster {
  readonly kubectl: Kubectl;
  readonly name: string;
}

const kind: QuestionKind<InCluster, boolean> = {
  name: 'kubernetes namespace',
  scripts: (all) =>
    all.map(({ kubectl, name }) => ({
      script: script`${withKubectl(kubectl)}
_kubectl get namespaces -o name --ignore-not-found -- ${name}`.text,
      stdin: Buffer.from(kubectlInput(kubectl)),
      deadlineMs: 120_000,
    })),
  read: (replies) => replies.map(({ stdout }) => ({ ok: true, value: decodeText(stdout).trim() !== '' })),
  about: ({ name }) => [`kubernetes:Namespace//${name}`],
};

/**
 * Asks whether a cluster has a namespace. A check asks it, because the server refuses to try an object in a namespace that an earlier task
 * would create.
 */
export const askNamespace = (kubectl: Kubectl, name: string): Question<boolean> =>
  question(kind, { kubectl, name }, { secret: kubectl.config !== undefined, beyond: true });
