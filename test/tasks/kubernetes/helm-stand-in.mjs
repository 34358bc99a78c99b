#!/usr/bin/env node
// Stands in for helm, which the machines that run the tests do not have: it keeps releases and repositories in a file, and prints what
// helm 3.14 prints for the calls that the task types make. Charts are directories with a Chart.yaml below CHARTS.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const {
  STAND_IN_STATE: file,
  STAND_IN_CHARTS: charts,
  HELM_NAMESPACE: namespace = 'default',
  HELM_KUBETOKEN,
} = process.env;
const state = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { repositories: [], releases: [], calls: [], plugins: [] };
const args = process.argv.slice(2);
state.calls.push({ args, token: HELM_KUBETOKEN ?? null, kubeconfig: kubeconfig() });
const end = args.indexOf('--');
const options = (end < 0 ? args : args.slice(0, end)).filter((one) => one.startsWith('--'));
const words = args.filter(
  (one, index) => !one.startsWith('--') && !(args[index - 1] ?? '').match(/^--(set.*|output|filter|template)$/),
);
const option = (name) =>
  options.find((one) => one.startsWith(`--${name}=`))?.replace(/^[^=]*=/, '') ??
  (args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : undefined);
const has = (name) => args.includes(`--${name}`);

function kubeconfig() {
  const path = process.env.KUBECONFIG;
  return path === undefined ? null : readFileSync(path, 'utf8');
}

function finish(text = '', code = 0, error = '') {
  // Two questions may be asked at once.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(state));
  renameSync(`${file}.${process.pid}`, file);
  process.stdout.write(text);
  process.stderr.write(error);
  process.exit(code);
}

const fail = (message) => finish('', 1, `Error: ${message}\n`);

function chartText(reference) {
  const [repository, name] = reference.split('/');
  if (!reference.startsWith('/') && !state.repositories.some((one) => one.name === repository))
    fail(`repo ${repository} not found`);
  const path = join(reference.startsWith('/') ? reference : join(charts, name), 'Chart.yaml');
  if (!existsSync(path))
    fail(`chart "${name}" matching  not found in ${repository} index. (try 'helm repo update'): no chart name found`);
  return readFileSync(path, 'utf8');
}

const field = (text, name) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';

function values() {
  let result = {};
  for (const one of options.filter((each) => each.startsWith('--values='))) {
    const path = one.slice('--values='.length);
    result = { ...result, ...JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8')) };
  }
  args.forEach((one, index) => {
    if (!/^--set(-string)?$/.test(one)) return;
    const [key, value] = args[index + 1].split('=');
    result[key] = one === '--set' && /^\d+$/.test(value) ? Number(value) : value;
  });
  return result;
}

const found = (name) => state.releases.find((one) => one.name === name && one.namespace === namespace);

const [command, second, third, fourth] = words;
if (command === 'version') finish('v3.14.0');
if (command === 'plugin')
  finish(`NAME\tVERSION\tDESCRIPTION\n${state.plugins.map((one) => `${one}\t3.9.0\tA plugin\n`).join('')}`);
if (command === 'repo' && second === 'list') {
  if (state.repositories.length === 0) fail('no repositories to show');
  finish(JSON.stringify(state.repositories.map(({ name, url }) => ({ name, url }))));
}
if (command === 'repo' && second === 'add') {
  const password = has('password-stdin') ? readFileSync(0, 'utf8').trim() : undefined;
  state.repositories = state.repositories.filter(({ name }) => name !== third);
  state.repositories.push({ name: third, url: fourth, user: option('username'), password });
  finish(`"${third}" has been added to your repositories\n`);
}
if (command === 'repo' && second === 'remove') {
  state.repositories = state.repositories.filter(({ name }) => name !== third);
  finish(`"${third}" has been removed from your repositories\n`);
}
if (command === 'repo') finish('Update Complete. Happy Helming!\n');
if (command === 'list') {
  const pattern = new RegExp(option('filter'));
  const wanted = has('failed') ? ['failed'] : ['deployed', 'failed'];
  const listed = state.releases.filter(
    (one) => one.namespace === namespace && pattern.test(one.name) && (has('all') || wanted.includes(one.status)),
  );
  finish(JSON.stringify(listed.map(({ values: _, ...one }) => one)));
}
if (command === 'show') finish(chartText(third));
if (command === 'get') {
  const release = found(third) ?? fail('release: not found');
  if (second === 'values') finish(JSON.stringify(Object.keys(release.values).length === 0 ? null : release.values));
  finish(second === 'notes' ? 'NOTES:\nhave fun\n' : `---\nkind: ${second === 'hooks' ? 'Job' : 'Service'}\n`);
}
if (command === 'diff') {
  const release = found(third);
  const text = chartText(fourth);
  const same =
    release?.chart === `${field(text, 'name')}-${field(text, 'version')}` &&
    JSON.stringify(release.values) === JSON.stringify(values());
  finish(same && field(text, 'random') === '' ? '' : 'default, web, Deployment (apps) has changed:\n');
}
if (command === 'upgrade' || command === 'install') {
  const text = chartText(third);
  const old = found(second);
  state.releases = state.releases.filter((one) => one !== old);
  state.releases.push({
    name: second,
    namespace,
    revision: String(Number(old?.revision ?? 0) + 1),
    updated: new Date().toISOString(),
    status: 'deployed',
    chart: `${field(text, 'name')}-${field(text, 'version')}`,
    app_version: field(text, 'appVersion'),
    values: { ...(has('reuse-values=true') && !has('reset-values') ? old?.values : {}), ...values() },
  });
  finish(`Release "${second}" has been upgraded. Happy Helming!\n`);
}
if (command === 'uninstall') {
  state.releases = state.releases.filter((one) => one !== found(second));
  finish(`release "${second}" uninstalled\n`);
}
fail(`unknown command "${args.join(' ')}" for "helm"`);
