// Runs the playbooks of differential/ with our program and with Debian's ansible-playbook, each on its own lab host, and prints the
// differences. --record saves what Ansible did, which test/lab/differential.test.ts compares our results with.
import { parseArgs } from 'node:util';
import { phases } from './differential/compare.ts';
import { differences, pristineHost, ranBy, themes } from './differential/harness.ts';
import { intended } from './differential/intended.ts';
import { record } from './differential/recording.ts';

const HELP = `usage: npm run differential -- [--record] [PLAYBOOK...]

  --record   keep what Ansible did in test/conformance/differential/recorded
  PLAYBOOK   which of them, without .yaml: ${themes.join(' ')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
});

const unknown = positionals.filter((name) => !themes.includes(name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`differential: no such playbook: ${unknown.join(' ')}\n`);
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else process.exitCode = await main(positionals.length > 0 ? positionals : themes);

async function main(asked: readonly string[]): Promise<number> {
  const [ours, theirs] = await Promise.all([pristineHost('ours'), pristineHost('theirs')]);
  let unmeant = 0;
  let compared = 0;
  for (const theme of asked) {
    const [a, b] = await Promise.all([ranBy('ours', theme, ours), ranBy('theirs', theme, theirs)]);
    const found = differences(theme, a, b).filter((line) => !isMeant(theme, line));
    const cases = phases.reduce((sum, phase) => sum + b[phase].told.length, 0);
    unmeant += found.length;
    compared += cases;
    process.stdout.write([`${theme}: ${cases} outcomes, ${found.length} differences`, ...found, ''].join('\n'));
    if (values.record) record(theme, b);
  }
  process.stdout.write(`${compared} outcomes, ${unmeant} differences\n`);
  return unmeant === 0 ? 0 : 1;
}

function isMeant(theme: string, line: string): boolean {
  return intended.some((one) => (one.theme ?? theme) === theme && one.difference.test(line));
}
