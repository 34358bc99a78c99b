/** The environment variable that identifies every process of the lab, no matter who started it. */
export const mark = 'RETRACE_LAB_MARK';
