import fc from 'fast-check';

// The same cases in every run, so that what was green stays so; FC_SEED=$RANDOM looks for others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20261122) });
