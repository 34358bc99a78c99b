/** The environment variable by which every process of the lab can be found again, whoever started it. */
export const mark = 'RETRACE_LAB_MARK';
