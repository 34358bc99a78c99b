import { labExec } from './exec.ts';
import type { Progress } from './progress.ts';

/** Do in the lab what a playbook asks a person to do. */
export async function doManualStep(name: string, progress: Progress): Promise<void> {
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
  if (!step) throw new Error(`unknown step \`lab do ${name}\`; expected one of ${Object.keys(steps).join(', ')}`);
  progress.say(await step());
}

const publicAddress = '198.51.100.215';

const steps: Readonly<Record<string, () => Promise<string>>> = {
  dns: () => leadsTo100('off1-proxy'),
  'images-dns': () => leadsTo100('images'),
  'deploy-key': () => deployKey('id_ed25519', 'openfoodfacts-infrastructure'),
  'monitoring-key': () => deployKey('id_ed25519_monitoring', 'openfoodfacts-monitoring'),
};

/** The names of the manual steps that can be done in the lab. */
export const manualSteps: readonly string[] = Object.keys(steps);

async function leadsTo100(name: string): Promise<string> {
  await must('services', `lab-dns set ${name} ${publicAddress}`);
  return `${name}.openfoodfacts.org now points to ${publicAddress} on both name servers`;
}

async function deployKey(file: string, repository: string): Promise<string> {
  const key = await must('ct100', `cat /root/.ssh/${file}.pub`);
  await must('services', `lab-deploy-key add ${repository}`, key);
  return `the forge lets this key write to ${repository}: ${key.trim()}`;
}

async function must(host: string, script: string, input = ''): Promise<string> {
  const { code, stdout, stderr } = await labExec(host, script, input);
  if (code !== 0) throw new Error(`on ${host}: ${stderr.trim() || `exit code ${code}`}`);
  return stdout;
}
