import { type Parts, partText } from './parts.ts';
import { there } from './system.ts';

const names: Readonly<Record<string, string>> = {
  debian: 'Debian',
  ubuntu: 'Ubuntu',
  raspbian: 'Debian',
  linuxmint: 'Linux Mint',
  kali: 'Kali',
  devuan: 'Devuan',
  fedora: 'Fedora',
  rhel: 'RedHat',
  centos: 'CentOS',
  rocky: 'Rocky',
  almalinux: 'AlmaLinux',
  ol: 'OracleLinux',
  amzn: 'Amazon',
  alpine: 'Alpine',
  arch: 'Archlinux',
  manjaro: 'Manjaro',
  gentoo: 'Gentoo',
  nixos: 'NixOS',
  'opensuse-leap': 'openSUSE Leap',
  'opensuse-tumbleweed': 'openSUSE Tumbleweed',
  sles: 'SLES',
};

const families: Readonly<Record<string, string>> = {
  Ubuntu: 'Debian',
  'Linux Mint': 'Debian',
  Kali: 'Debian',
  Devuan: 'Debian',
  Fedora: 'RedHat',
  CentOS: 'RedHat',
  Rocky: 'RedHat',
  AlmaLinux: 'RedHat',
  OracleLinux: 'RedHat',
  Amazon: 'RedHat',
  Manjaro: 'Archlinux',
  'openSUSE Leap': 'Suse',
  'openSUSE Tumbleweed': 'Suse',
  SLES: 'Suse',
};

/** The distribution, named as Ansible names it. */
export function distributionFacts(parts: Parts): Readonly<Record<string, unknown>> {
  const release = readRelease(partText(parts, 'os-release'));
  const id = release['ID'] ?? '';
  const name = names[id] ?? release['NAME'] ?? partText(parts, 'ostype');
  const version = versionOf(id, release['VERSION_ID'] ?? '', partText(parts, 'debian_version'));
  const [major, minor] = version.split('.');
  const codename = release['VERSION_CODENAME'] ?? /\(([^)]+)\)/.exec(release['VERSION'] ?? '')?.[1] ?? '';
  return {
    distribution: name,
    distribution_version: version,
    distribution_major_version: major,
    ...(minor === undefined ? {} : { distribution_minor_version: minor }),
    distribution_release: codename,
    distribution_file_variety: families[name] ?? name,
    distribution_file_path: '/etc/os-release',
    distribution_file_parsed: id !== '',
    os_family: families[name] ?? name,
    lsb: lsb(parts, release, name, version, codename),
  };
}

/** Debian's own version file has the point release, which os-release omits. */
const versionOf = (id: string, version: string, debian: string): string =>
  id === 'debian' && /^\d/.test(debian) ? debian : version;

function lsb(parts: Parts, release: Readonly<Record<string, string>>, id: string, version: string, codename: string) {
  if (!there(parts, '/usr/bin/lsb_release') && !parts.has('lsb-release')) return {};
  const number = release['VERSION_ID'] ?? version;
  return {
    id,
    description: release['PRETTY_NAME'] ?? id,
    release: number,
    codename,
    major_release: number.split('.')[0],
  };
}

/** Parse `NAME="value"` lines, as a shell reads them. */
const readRelease = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, name, value = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(.)/g, '$1')]];
    }),
  );
