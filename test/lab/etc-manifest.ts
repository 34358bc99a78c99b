import { on } from './in-lab.ts';

/** Each path of /etc with its kind, rights and content. */
const MANIFEST = `cd /etc && find . -xdev -print0 | sort -z | while IFS= read -r -d '' p; do
if [ -L "$p" ]; then echo "$p link $(readlink "$p")"
elif [ -f "$p" ]; then echo "$p file $(stat -c '%a %U %G' "$p") $(sha256sum <"$p" | cut -c1-16)"
else echo "$p $(stat -c '%F %a %U %G' "$p")"; fi; done`;

/** A line for each path of a lab host's /etc, but for those that the pattern names, as `./machine-id `. */
export const etcManifest = async (host: string, without: RegExp): Promise<readonly string[]> =>
  (await on(host, `bash -c '${MANIFEST.replaceAll("'", "'\\''")}'`))
    .split('\n')
    .filter((line) => line !== '' && !without.test(line));
