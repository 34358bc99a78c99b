/** A length-delimited field of a protocol buffer. */
const field = (number: number, content: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
};

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/**
 * The part of an OpenAPI document from which kubectl learns that a server can try a patch without keeping its result, as the
 * protocol buffer that it asks for.
 */
export function openApi(kinds: readonly { readonly gv: string; readonly kind: string }[]): Buffer {
  const paths = kinds.map(({ gv, kind }, index) => {
    const [group = '', version = ''] = gv.includes('/') ? gv.split('/') : ['', gv];
    const named = Buffer.concat([
      field(1, 'x-kubernetes-group-version-kind'),
      field(2, field(2, `group: "${group}"\nkind: ${kind}\nversion: ${version}\n`)),
    ]);
    const query = Buffer.concat([field(2, 'query'), field(4, 'dryRun')]);
    const parameter = field(1, field(2, field(3, query)));
    const operation = Buffer.concat([field(8, parameter), field(13, named)]);
    return field(2, Buffer.concat([field(1, `/${index}`), field(2, field(8, operation))]));
  });
  return Buffer.concat([field(1, '2.0'), field(8, Buffer.concat(paths))]);
}
