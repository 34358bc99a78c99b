import { labExec } from './exec.ts';
import type { Progress } from './progress.ts';

/** Do in the lab what a playbook asks a person to do. */
export async function doManualStep(name: string, progress: Progress): Promise<void> {
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
  if (!step) throw new Error(`\`lab do ${name}\` is not known here; known: ${Object.keys(steps).join(', ')}`);
  progress.say(await step());
}

const steps: Readonly<Record<string, () => Promise<string>>> = {
  async dns() {
    await must('services', 'lab-dns set off1-proxy 198.51.100.215 && lab-dns set images 198.51.100.215');
    return 'off1-proxy.openfoodfacts.org and images.openfoodfacts.org are 198.51.100.215 on both name servers';
  },

  async 'deploy-key'() {
    const key = await must('ct100', 'cat /root/.ssh/id_ed25519.pub');
    await must('services', 'lab-deploy-key add', key);
    return `the forge lets this key write: ${key.trim()}`;
  },
};

async function must(host: string, script: string, input = ''): Promise<string> {
  const { code, stdout, stderr } = await labExec(host, script, input);
  if (code !== 0) throw new Error(`on ${host}: ${stderr.trim() || `exit code ${code}`}`);
  return stdout;
}
