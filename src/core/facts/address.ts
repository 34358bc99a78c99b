/** An address of an interface. */
export interface Address {
  readonly device: string;
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefix: number;
  readonly broadcast?: string;
  readonly scope?: string;
  /** Another name for the interface with this address, as `eth0:1`. */
  readonly label?: string;
}

/** Where packets to the world leave. */
export interface DefaultRoute {
  readonly device: string;
  readonly gateway?: string;
  readonly source?: string;
}
