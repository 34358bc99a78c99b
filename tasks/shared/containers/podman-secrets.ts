import { type Script, script } from '../../../src/sdk.ts';

/** Defines `_stored`, which prints what a secret of Podman contains, and a line break. */
export const withStored = (secret: string): Script => script`_stored() {
  if _engine secret inspect --help 2>/dev/null | grep -q -e --showsecret; then
    _engine secret inspect --showsecret --format '{{.SecretData}}' -- ${secret}
  else
    dir=$(_engine secret inspect --format '{{.Spec.Driver.Options.path}}' -- ${secret})
    id=$(_engine secret inspect --format '{{.ID}}' -- ${secret})
    sed -n "s/.*\"$id\": *\"\([^\"]*\)\".*/\1/p" "$dir/secretsdata.json" | base64 -d && echo
  fi
}`;
