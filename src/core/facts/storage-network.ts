import { type Parts, partLines } from './parts.ts';

/** The names by which storage networks know the host: iSCSI, NVMe and Fibre Channel. */
export const storageNetworkFacts = (parts: Parts): Readonly<Record<string, unknown>> => ({
  iscsi_iqn:
    settings(parts, 'iscsi')
      .find((line) => line.startsWith('InitiatorName='))
      ?.split(/=(.*)/s)[1] ?? '',
  hostnqn: settings(parts, 'hostnqn').find((line) => line.startsWith('nqn.')) ?? '',
  fibre_channel_wwn: partLines(parts, 'fibre-channel').map((name) => name.trim().replace(/^0x/, '')),
});

const settings = (parts: Parts, name: string): readonly string[] =>
  partLines(parts, name).filter((line) => !/^[#;]/.test(line));
