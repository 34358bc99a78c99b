/** All that a login needs to know: an endpoint, completed by ~/.ssh/config. */
export interface SshTarget {
  /** For messages: the inventory's name with address and port. */
  readonly place: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  /** Files that hold private keys, in the order in which they are tried. */
  readonly identityFiles: readonly string[];
  /** Whether somebody asked for these very files; without it they are the usual ones, of which most do not exist. */
  readonly identityFilesAsked: boolean;
  /** Only keys that are in `identityFiles`, even if the agent has others. */
  readonly identitiesOnly: boolean;
  /** The agent's socket. */
  readonly agent?: string;
  readonly knownHostsFiles: readonly string[];
  /** The name under which the host's key is kept, if it is not its address. */
  readonly hostKeyAlias?: string;
  /** `accept-new`: an unknown key is written down and trusted. `off`: it is trusted this once. A changed or revoked key is always refused. */
  readonly hostKeyChecking: 'strict' | 'accept-new' | 'off';
  readonly connectTimeoutMs: number;
  readonly keepaliveMs: number;
  readonly keepaliveCount: number;
  /** The host that the connection goes through. */
  readonly jump?: SshTarget;
  /** What the ssh configuration asks for and ssh2 lacks, with the method of the server that it is for. */
  readonly lacks: readonly { readonly method: string; readonly shown: string }[];
  /** A local command whose stdin and stdout are the connection. */
  readonly proxyCommand?: string;
}
