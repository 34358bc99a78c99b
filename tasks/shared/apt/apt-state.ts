import type { AptLists, AptPolicy, AptSimulation, Packages, ShellAnswer } from '../../../src/sdk.ts';
import type { AptGetOptions } from './apt-get.ts';
import type { PackageSpec } from './package-spec.ts';

/** The parameters of `apt` that its plan reads. */
export interface PlainApt extends AptGetOptions {
  readonly name?: readonly string[];
  readonly state: 'absent' | 'build-dep' | 'latest' | 'present' | 'fixed';
  readonly update_cache?: boolean;
  readonly cache_valid_time: number;
  readonly update_cache_retries: number;
  readonly update_cache_retry_max_delay: number;
  readonly purge: boolean;
  readonly autoremove: boolean;
  readonly autoclean: boolean;
  readonly clean: boolean;
  readonly upgrade: string;
  readonly deb?: string;
}

/** The same parameters, with the package names parsed. */
export type AptGiven = PlainApt & { readonly specs: readonly PackageSpec[] };

/** The answers that an apt task needs. */
export interface AptState {
  readonly lists: AptLists;
  readonly upgrade?: AptSimulation;
  readonly whole?: AptSimulation;
  readonly autoremove?: AptSimulation;
  readonly autoclean?: AptSimulation;
  readonly archives?: boolean;
  readonly deb?: ShellAnswer;
  readonly debState?: Packages;
  readonly simulation?: AptSimulation;
  readonly [name: `package ${string}`]: Packages;
  readonly [name: `policy ${string}`]: AptPolicy;
}
