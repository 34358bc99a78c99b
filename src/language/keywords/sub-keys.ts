/** What `loop_control` may contain, with the field of a loop that each key sets. */
export const LOOP_CONTROL = {
  loop_var: { field: 'loopVar', doc: 'The variable that holds the item (default: item).' },
  index_var: { field: 'indexVar', doc: 'A variable for the number of the item, from 0.' },
  label: { field: 'label', doc: 'What reports show of the item.' },
  pause: { field: 'pause', doc: 'Seconds between two items.' },
  extended: { field: 'extended', doc: 'Whether there is a variable ansible_loop.' },
  extended_allitems: { field: 'extendedAllitems', doc: 'Whether ansible_loop holds all items (default: true).' },
  break_when: { field: 'breakWhen', doc: 'Conditions that end the loop.' },
} as const;

/** What an entry of `vars_prompt` may contain. `unsafe` needs no support, because typed input is never a template. */
export const VARS_PROMPT = {
  name: { doc: 'The variable. Required.' },
  prompt: { doc: 'The question (default: the name).' },
  private: { doc: 'Whether what is typed stays hidden (default: true).' },
  default: { doc: 'The value where nothing is typed.' },
  confirm: { doc: 'Ask twice, until both answers are the same.' },
  unsafe: { doc: 'What is typed is never a template here.' },
  encrypt: { doc: 'The scheme of a hash that the variable is to hold.' },
  salt: { doc: 'The salt of the hash.' },
  salt_size: { doc: 'The length of a random salt.' },
} as const;
