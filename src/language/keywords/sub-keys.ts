/** The keys of `loop_control`, with the field of a loop that each sets. */
export const LOOP_CONTROL = {
  loop_var: { field: 'loopVar', doc: 'The variable that holds the item (default: item).' },
  index_var: { field: 'indexVar', doc: 'A variable for the index of the item, starting at 0.' },
  label: { field: 'label', doc: 'The text that reports show for the item.' },
  pause: { field: 'pause', doc: 'Seconds between two items.' },
  extended: { field: 'extended', doc: 'Whether to set the variable ansible_loop.' },
  extended_allitems: { field: 'extendedAllitems', doc: 'Whether ansible_loop includes all items (default: true).' },
  break_when: { field: 'breakWhen', doc: 'Conditions that end the loop.' },
} as const;

/** The keys of an entry of `vars_prompt`. `unsafe` needs no support, because typed input is never a template. */
export const VARS_PROMPT = {
  name: { doc: 'The variable. Required.' },
  prompt: { doc: 'The question (default: the name).' },
  private: { doc: 'Whether to hide the input (default: true).' },
  default: { doc: 'The value to use if the input is empty.' },
  confirm: { doc: 'Ask twice, and repeat until both answers match.' },
  unsafe: { doc: 'Accepted for compatibility: input is never a template here.' },
  encrypt: { doc: 'The hash scheme, if the variable is to contain a hash of the input.' },
  salt: { doc: 'The salt for the hash.' },
  salt_size: { doc: 'The length of a random salt.' },
} as const;
