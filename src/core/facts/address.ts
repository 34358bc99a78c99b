/** An address of a network interface. */
export interface Address {
  readonly device: string;
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefix: number;
  readonly broadcast?: string;
  readonly scope?: string;
  /** An alias of the interface with this address, such as `eth0:1`. */
  readonly label?: string;
}

/** The default route. */
export interface DefaultRoute {
  readonly device: string;
  readonly gateway?: string;
  readonly source?: string;
}
