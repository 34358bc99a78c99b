import { type Script, script } from '../../../../src/sdk.ts';

/** Defines the shell function `tells`, which asks rpm about a package; rpm cannot tell about groups, versions, wildcards and files. */
export const rpmTells = (root: readonly string[] = []): Script => script`tells() {
  case $1 in @* | *[\*\?\[\<\>=]* | *.rpm | *://*) printf '? %s\n' "$1" ;; *)
    if rpm ${root} -q -- "$1" >/dev/null 2>&1 || rpm ${root} -q --whatprovides -- "$1" >/dev/null 2>&1; then printf '+ %s\n' "$1"; else printf -- '- %s\n' "$1"; fi ;;
  esac
}
`;
