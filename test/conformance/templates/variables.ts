/** The variables that generated templates use, by the kind of value: plain data, as in a vars file. */
export const VARIABLES = {
  number: { n: 3, zero: 0, negative: -7, float: 2.5, large: 12345678901234567000, small: 0.001 },
  text: {
    s: 'hello World',
    empty: '',
    odd: 'ünï 😀 $x',
    digits: '42',
    decimal: '3.50',
    spaced: '  a b  ',
    path: '/etc/nginx/nginx.conf',
    lines: 'one\ntwo\n\nthree\n',
    url: 'https://user@example.org:8443/a/b?q=1#top',
    json: '{"a": [1, 2.0, null], "b": "x"}',
    yaml: 'a: 1\nb: [x, y]\n',
    version: '1.20.3',
    address: '10.1.0.101/24',
    markup: '<a href="x">T & C</a>',
    yes: 'yes',
    when: '2024-02-29 13:05:09',
  },
  list: {
    numbers: [3, 1, 2, 3],
    words: ['b', 'a', 'C', 'a'],
    mixed: [1, 'a', null, true, 2.5],
    nothing: [],
    nested: [[1, 2], [3, [4, []]], []],
    records: [
      { name: 'x', n: 1, g: 'a', tags: ['p', 'q'] },
      { name: 'y', n: 2, g: 'b', tags: [] },
      { name: 'z', n: 1, g: 'a', tags: ['q'] },
    ],
    pairs: [
      { key: 'k1', value: 1 },
      { key: 'k2', value: [2] },
    ],
  },
  dict: {
    d: { a: 1, b: 'x', c: null },
    void: {},
    deep: { a: { b: { c: [1, 2, { d: 'end' }] } }, z: true },
    other: { b: 'y', e: [1] },
  },
  truth: { on: true, off: false },
  none: { none_value: null },
} as const;

/** The kinds of values. */
export type Kind = keyof typeof VARIABLES;

/** All variables, by name. */
export const ALL: Readonly<Record<string, unknown>> = Object.assign({}, ...Object.values(VARIABLES));
