import fc from 'fast-check';

// Use the same cases in every run, so that a passing test keeps passing; FC_SEED=$RANDOM tries others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20261122) });
