/** Everything that a login needs to know: an endpoint, completed from ~/.ssh/config. */
export interface SshTarget {
  /** For messages: the inventory name with address and port. */
  readonly place: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  /** Private key files, in the order of attempts. */
  readonly identityFiles: readonly string[];
  /** Whether these files were explicitly configured; if not, they are the default ones, most of which do not exist. */
  readonly identityFilesAsked: boolean;
  /** Use only keys in `identityFiles`, even if the agent has others. */
  readonly identitiesOnly: boolean;
  /** The agent's socket. */
  readonly agent?: string;
  readonly knownHostsFiles: readonly string[];
  /** The name under which the host's key is stored, if it is not the address. */
  readonly hostKeyAlias?: string;
  /**
   * `accept-new`: an unknown key is recorded and trusted. `off`: it is trusted this once. A changed or revoked key is
   * always refused.
   */
  readonly hostKeyChecking: 'strict' | 'accept-new' | 'off';
  readonly connectTimeoutMs: number;
  readonly keepaliveMs: number;
  readonly keepaliveCount: number;
  /** The host to connect through. */
  readonly jump?: SshTarget;
  /** Configured ssh features that ssh2 lacks, each with the server's authentication method that it concerns. */
  readonly lacks: readonly { readonly method: string; readonly shown: string }[];
  /** A local command whose stdin and stdout are the connection. */
  readonly proxyCommand?: string;
}
