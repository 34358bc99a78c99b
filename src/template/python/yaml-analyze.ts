/** Which styles a text can be written in. */
export interface Facts {
  readonly multiline: boolean;
  readonly flowPlain: boolean;
  readonly blockPlain: boolean;
  readonly singleQuoted: boolean;
  readonly block: boolean;
}

const BREAK = /[\n\x85\u2028\u2029]/;

/** What PyYAML's emitter finds out about a text before it chooses a style. */
export function analyze(text: string): Facts {
  if (text === '') return { multiline: false, flowPlain: false, blockPlain: true, singleQuoted: true, block: false };
  const marks = indicators(text);
  const spaces = spacing(text);
  const multiline = BREAK.test(text);
  const special = /[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\ufeff/u.test(
    text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, 'x'),
  );
  const noPlain = spaces.leading || spaces.trailing;
  return {
    multiline,
    flowPlain: !noPlain && !multiline && !special && !spaces.spaceBreak && !marks.flow,
    blockPlain: !noPlain && !multiline && !special && !spaces.spaceBreak && !marks.block,
    singleQuoted: !special && !spaces.spaceBreak,
    block: !special && !spaces.spaceBreak && !spaces.trailingSpace,
  };
}

interface Marks {
  readonly flow: boolean;
  readonly block: boolean;
}

function indicators(text: string): Marks {
  let flow = /^(?:---|\.\.\.)/.test(text);
  let block = flow;
  const chars = Array.from(text);
  let precededBySpace = true;
  for (const [index, char] of chars.entries()) {
    const next = chars[index + 1];
    const followedBySpace = next === undefined || /[\0 \t\r\n\x85\u2028\u2029]/.test(next);
    if (index === 0) {
      if (/[#,[\]{}&*!|>'"%@`]/.test(char)) flow = block = true;
      if (/[?:]/.test(char)) {
        flow = true;
        if (followedBySpace) block = true;
      }
      if (char === '-' && followedBySpace) flow = block = true;
    } else {
      if (/[,?[\]{}]/.test(char)) flow = true;
      if (char === ':') {
        flow = true;
        if (followedBySpace) block = true;
      }
      if (char === '#' && precededBySpace) flow = block = true;
    }
    precededBySpace = /[\0 \t\r\n\x85\u2028\u2029]/.test(char);
  }
  return { flow, block };
}

function spacing(text: string) {
  return {
    leading: /^[ \n\x85\u2028\u2029]/.test(text),
    trailing: /[ \n\x85\u2028\u2029]$/.test(text),
    trailingSpace: / $/.test(text),
    spaceBreak: / [\n\x85\u2028\u2029]/.test(text),
  };
}
