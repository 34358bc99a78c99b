/** The settings of ufw. */
export interface UfwSettings {
  /** Whether the firewall is on, now and at boot. */
  readonly on: boolean;
  readonly logging: string;
  readonly incoming: string;
  readonly outgoing: string;
  readonly routed: string;
}

const POLICIES = { incoming: 'INPUT', outgoing: 'OUTPUT', routed: 'FORWARD' } as const;

const VERDICTS: Readonly<Record<string, string>> = { ACCEPT: 'allow', DROP: 'deny', REJECT: 'reject' };

/** Reads the settings from `ufw status` and the files that follow it. */
export function readSettings(text: string): UfwSettings {
  const field = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)"?\\s*$`, 'm').exec(text)?.[1] ?? '';
  const policy = (name: keyof typeof POLICIES): string => {
    const verdict = field(`DEFAULT_${POLICIES[name]}_POLICY`);
    return VERDICTS[verdict] ?? verdict;
  };
  return {
    on: /^Status: active$/m.test(text) && field('ENABLED').toLowerCase() === 'yes',
    logging: field('LOGLEVEL'),
    incoming: policy('incoming'),
    outgoing: policy('outgoing'),
    routed: policy('routed'),
  };
}

/** The settings as `readSettings` reads them. */
export function writeSettings(settings: UfwSettings): string {
  const verdict = (policy: string): string =>
    Object.entries(VERDICTS).find(([, name]) => name === policy)?.[0] ?? policy;
  return [
    `Status: ${settings.on ? 'active' : 'inactive'}`,
    '---',
    ...Object.entries(POLICIES).map(
      ([name, chain]) => `DEFAULT_${chain}_POLICY="${verdict(settings[name as keyof typeof POLICIES])}"`,
    ),
    `ENABLED=${settings.on ? 'yes' : 'no'}`,
    `LOGLEVEL=${settings.logging}`,
    '',
  ].join('\n');
}
