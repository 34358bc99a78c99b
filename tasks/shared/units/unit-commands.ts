import { type Command, fullName, sh, systemctl } from '../../../src/sdk.ts';
import { awaitListening } from './unit-listening.ts';
import type { WantedUnit } from './wanted-unit.ts';

/** A `systemctl` command for a unit. */
export const control = ({ scope, name }: WantedUnit, ...words: string[]): Command => ({
  ...sh`LC_ALL=C ${systemctl(scope)} ${words} -- ${fullName(name)}`,
});

/** The commands that start, stop, restart or reload a unit and wait until that is done. */
export function commandsFor(verb: string, wanted: WantedUnit): readonly Command[] {
  const block = wanted.no_block === true ? ['--no-block'] : [];
  const one = (word: string): Command => ({ ...explained(control(wanted, word, ...block), wanted), long: true });
  if (verb === 'reload') return [wanted.no_block === true ? one(verb) : withNewWorkers(one(verb), wanted)];
  return verb === 'restart' && wanted.sleep !== undefined
    ? [one('stop'), sh`sleep ${wanted.sleep}`, one('start'), ...awaitListening(wanted.listens)]
    : [one(verb), ...(verb === 'stop' ? [] : awaitListening(wanted.listens))];
}

/**
 * nginx and Apache reload by starting new workers, but systemd considers the reload done once the signal is sent. A request at that moment
 * would still be served with the old configuration. So wait until no old worker accepts requests, for ten seconds at most.
 */
const withNewWorkers = (reload: Command, { name, scope }: WantedUnit): Command => ({
  ...reload,
  ...sh`main=$(${systemctl(scope)} show -p MainPID --value -- ${fullName(name)}) old=
case $(cat "/proc/$main/comm" 2>/dev/null) in nginx | apache2) old=$(cat "/proc/$main/task/$main/children") ;; esac
${reload} || exit
n=0; for child in $old; do
  until [ $n = 200 ] || ! grep -qs . "/proc/$child/cmdline" || grep -qs 'shutting down' "/proc/$child/cmdline"; do n=$((n + 1)); sleep 0.05; done
done`,
  shown: reload.shown ?? reload.script,
});

/**
 * If a unit fails to start, prints its journal on stdout, so that systemctl's own error on stderr remains the message.
 */
const explained = (command: Command, { name, scope }: WantedUnit): Command => ({
  ...command,
  ...sh`${command} || { code=$?; ${systemctl(scope)} status --no-pager -n 10 -- ${fullName(name)}; exit $code; }`,
  shown: command.script,
});
