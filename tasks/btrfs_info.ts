import { defineTask } from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { askBtrfs, btrfsTool, readBtrfs, toldBtrfs } from './shared/storage/btrfs.ts';

export default defineTask({
  name: 'community.general.btrfs_info',
  summary: 'Tell about btrfs filesystems and their subvolumes.',
  description:
    'Requires the `btrfs-progs` package on the host. Subvolumes are told only of filesystems that are mounted.',
  params: {},
  looks: () => true,
  ask: () => ({ btrfs: askBtrfs(false) }),
  plan({ btrfs }) {
    const failure = unanswered(btrfs, { ...btrfsTool, accepts: [0, 1] });
    return failure === undefined ? { changes: [] } : { failed: failure };
  },
  result: ({ state: { btrfs } }) => ({ filesystems: readBtrfs(btrfs).map(toldBtrfs) }),
  returns: {
    filesystems:
      'Each filesystem: `uuid`, `label`, `devices`, `default_subvolume` (its id) and `subvolumes` (`id`, `parent`, `path`, `mountpoints`).',
  },
  examples: [
    {
      title: 'Find all subvolumes',
      yaml: 'btrfs_info:\nregister: btrfs',
      runs: { no: 'needs the btrfs-progs package' },
    },
    {
      title: 'The same, by its full name',
      yaml: 'community.general.btrfs_info:\nregister: btrfs',
      runs: { no: 'needs the btrfs-progs package' },
    },
  ],
});
