/** The styles in which a string can be written. */
interface Facts {
  readonly multiline: boolean;
  readonly flowPlain: boolean;
  readonly blockPlain: boolean;
  readonly singleQuoted: boolean;
  readonly block: boolean;
}

const BREAK = /[\r\n\x85\u2028\u2029]/;

/** The properties of a string that libyaml's emitter determines before choosing a style. */
export function analyze(text: string): Facts {
  if (text === '') return { multiline: false, flowPlain: false, blockPlain: true, singleQuoted: true, block: false };
  const marks = indicators(text);
  const spaces = spacing(text);
  const multiline = BREAK.test(text);
  const noPlain = spaces.leading || spaces.trailing || multiline;
  const unfit = UNPRINTABLE.test(text) || spaces.spaceBreak;
  return {
    multiline,
    flowPlain: !noPlain && !unfit && !spaces.breakSpace && !marks.flow,
    blockPlain: !noPlain && !unfit && !spaces.breakSpace && !marks.block,
    singleQuoted: !unfit && !spaces.breakSpace,
    block: !unfit && !spaces.trailingSpace,
  };
}

// libyaml, which Ansible uses for output, considers nothing beyond the first plane printable.
const UNPRINTABLE = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

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
    breakSpace: /[\n\x85\u2028\u2029] /.test(text),
  };
}
