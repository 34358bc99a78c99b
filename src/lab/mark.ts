/** The environment variable that identifies every process of the lab, whoever started it. */
export const mark = 'RETRACE_LAB_MARK';
