import { type Script, script } from '../../../src/sdk.ts';

/**
 * Defines the shell function `aside`: it runs a package manager in a view of the host of its own, where these directories can be
 * written to but keep nothing. So a question leaves even its logs and caches as they are. Where the kernel refuses such a view (to
 * a user other than root, or in a container without the rights), the manager runs without it, and may write its own caches and logs.
 */
export const definesAside = (directories: readonly string[]): Script => script`aside() {
  [ "$alone" ] || { unshare -m sh -c "$view" sh true >/dev/null 2>&1 && alone=yes || alone=no; }
  if [ "$alone" = yes ]; then unshare -m sh -c "$view" sh "$@"; else "$@"; fi
}
alone= view=${viewOf(directories).text}
`;

/** Nothing below /var/log is needed to answer, so the scratch space is there. */
const viewOf = (
  directories: readonly string[],
): Script => script`mount --make-rprivate / && mount -t tmpfs -o mode=755 tmpfs /var/log || exit 126
n=0
for d in ${directories}; do
  [ -d "$d" ] || continue
  n=$((n + 1)) t=/var/log/.$n
  mkdir -p "$t/u" "$t/w" && mount -t overlay -o "lowerdir=$d,upperdir=$t/u,workdir=$t/w" overlay "$d" || exit 126
done
exec "$@"`;
