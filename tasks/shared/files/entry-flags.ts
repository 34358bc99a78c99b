import type { Entry } from '../../../src/sdk.ts';

/** The flags for an entry's type, with Ansible's names. */
export const kindFlags = ({ kind }: Entry) => ({
  isdir: kind === 'directory',
  ischr: kind === 'char',
  isblk: kind === 'block',
  isreg: kind === 'file',
  isfifo: kind === 'fifo',
  islnk: kind === 'link',
  issock: kind === 'socket',
});

/** The permission bits, one by one. */
export const permissionFlags = (mode: number) => ({
  wusr: (mode & 0o200) !== 0,
  rusr: (mode & 0o400) !== 0,
  xusr: (mode & 0o100) !== 0,
  wgrp: (mode & 0o020) !== 0,
  rgrp: (mode & 0o040) !== 0,
  xgrp: (mode & 0o010) !== 0,
  woth: (mode & 0o002) !== 0,
  roth: (mode & 0o004) !== 0,
  xoth: (mode & 0o001) !== 0,
  isuid: (mode & 0o4000) !== 0,
  isgid: (mode & 0o2000) !== 0,
});
