/** A repository that zypper knows, as far as its file says. */
export interface ZyppRepository {
  readonly alias: string;
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly autorefresh: boolean;
  /** Whether signatures are checked; undefined: as zypp.conf says. */
  readonly gpgcheck: boolean | undefined;
  readonly priority: number;
}

/** The repositories in the text of one or more `.repo` files. */
export const readRepositories = (text: string): readonly ZyppRepository[] =>
  text.split(/^(?=\[[^\]\n]+\])/m).flatMap((part) => {
    const alias = /^\[([^\]\n]+)\]/.exec(part)?.[1];
    if (alias === undefined) return [];
    const setting = (name: string): string | undefined =>
      new RegExp(`^${name}[ \\t]*=[ \\t]*(.*?)[ \\t]*$`, 'm').exec(part)?.[1];
    const flag = (name: string): boolean | undefined => {
      const value = setting(name);
      return value === undefined || value === '' ? undefined : /^(?:1|yes|true|on)$/i.test(value);
    };
    return [
      {
        alias,
        name: setting('name') ?? alias,
        url: setting('baseurl') ?? '',
        enabled: flag('enabled') ?? true,
        autorefresh: flag('autorefresh') ?? false,
        gpgcheck: flag('gpgcheck'),
        priority: Number(setting('priority') ?? 99),
      },
    ];
  });

/** The text of files with these repositories. */
export const writeRepositories = (all: readonly ZyppRepository[]): string =>
  all
    .map(
      ({ alias, name, url, enabled, autorefresh, gpgcheck, priority }) =>
        `[${alias}]\nname=${name}\nenabled=${Number(enabled)}\nautorefresh=${Number(autorefresh)}\nbaseurl=${url}\npriority=${priority}\n${gpgcheck === undefined ? '' : `gpgcheck=${Number(gpgcheck)}\n`}`,
    )
    .join('');

/** Whether two URLs are the same for zypper, which writes `file:/x` and takes no account of a slash at the end. */
export const isSameUrl = (one: string, other: string): boolean => plainUrl(one) === plainUrl(other);

const plainUrl = (url: string): string => url.replace(/^(file|dir):\/+/, '$1:/').replace(/\/+$/, '');
