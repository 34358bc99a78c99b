/** What of Ansible's targets we do not hold, and why: told beside the numbers. */
export const missing: readonly { readonly target: string; readonly why: string }[] = [
  {
    target: 'loops',
    why: 'the last assertion wants a text that a loop has put into a fact to be evaluated again as a template when the fact is used. We never evaluate what was computed: such text may come from a host.',
  },
];
