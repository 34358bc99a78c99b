import fc from 'fast-check';

// Use the same cases in every run, so that a passing test keeps passing; FC_SEED=$RANDOM tries others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20261122) });

// Programs that tests start without an environment of their own keep no history in the home of whoever runs them.
process.env['RETRACE_HISTORY'] ??= 'off';

// Tests reach this machine under many names at once; those of the lock say so.
process.env['RETRACE_LOCK'] ??= 'off';
