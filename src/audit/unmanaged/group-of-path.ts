import type { Group } from './thing.ts';

const PLACES: readonly (readonly [RegExp, Group])[] = [
  [/^\/(etc|usr\/local\/lib)\/systemd\/(system|user)\//, 'units'],
  [/^\/etc\/(cron\.|crontab$|anacrontab$)/, 'cron'],
  [/^\/etc\/sudoers/, 'accounts'],
  [/^\/etc\/apt\//, 'packages'],
  [/^\/etc\/(sysctl|modules|modprobe|udev|initramfs-tools)/, 'kernel'],
];

/** The group in which a path is reported. */
export const groupOfPath = (path: string): Group => PLACES.find(([place]) => place.test(path))?.[1] ?? 'files';
