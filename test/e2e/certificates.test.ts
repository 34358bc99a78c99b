import { beforeAll, describe, expect, test } from 'vitest';
import { labUp } from '../../src/lab/index.ts';
import { on } from '../lab/in-lab.ts';
import { documentIsDone } from './document.ts';
import { failures, inEvents, tasksThat } from './program.ts';

// Certificates are renewed automatically, on either host: the right one is always served, and a second run changes nothing. The tests run
// in order, each relying on the state left by those before it.

const playbook = 'playbooks/off1-proxy.yaml';
const name = 'images.openfoodfacts.org';
const copies = "ct100: The certificates from off2's proxy are here, too";
const renew = 'certbot renew --quiet --force-renewal --no-random-sleep-on-renew';

/** The serial number of the certificate served to users, at the public address of container 100. */
const served = () =>
  on(
    'proxy',
    `openssl s_client -connect 198.51.100.215:443 -servername ${name} </dev/null 2>/dev/null | openssl x509 -noout -serial`,
  );

/** The serial number of a host's certificate. */
const serialOn = (host: string) =>
  on(host, `openssl x509 -noout -serial -in /etc/letsencrypt/live/${name}/fullchain.pem`);

/** Replaces a host's certificate by another one, saving the old one for `putBack`. */
const replace = (host: string, make: string) =>
  on(
    host,
    `[ -e /root/kept ] || cp -a /etc/letsencrypt /root/kept
    cd "$(dirname "$(readlink -f /etc/letsencrypt/live/${name}/fullchain.pem)")"
    full=$(readlink -f /etc/letsencrypt/live/${name}/fullchain.pem) key=$(readlink -f /etc/letsencrypt/live/${name}/privkey.pem)
    openssl req -new -key "$key" -subj /CN=x -out /root/x.csr 2>/dev/null
    ${make}`,
  );
const putBack = (host: string) => on(host, 'rm -rf /etc/letsencrypt && mv /root/kept /etc/letsencrypt');

const signed = (names: string, days: number) => `echo subjectAltName=${names} >/root/x.ext
  openssl x509 -req -in /root/x.csr -signkey "$key" -extfile /root/x.ext -days ${days} -out "$full" 2>/dev/null`;
const expired = signed(`DNS:${name}`, -1);
const forOthers = signed('DNS:www.example.org', 300);

const ssl = () => inEvents('--tags', 'ssl', playbook);

async function secondRunChangesNothing() {
  const again = await ssl();
  expect(failures(again)).toEqual([]);
  expect(tasksThat(again, 'changed')).toEqual([]);
}

/** The lab's authority forgets its accounts when it restarts, unlike a real one. This opens a host's accounts again, with their keys. */
const openAccountsAgain = (host: string) =>
  on(
    host,
    `for try in 1 2 3 4 5; do getent hosts acme.lab >/dev/null && break; sleep 2; done
getent hosts acme.lab || { cat /etc/resolv.conf; ip -brief address; ip route; } >&2
python3 - <<'END'
import glob, json, josepy
from acme import client, errors, messages
for account in glob.glob('/etc/letsencrypt/accounts/acme.lab:14000/dir/*/'):
    with open(account + 'private_key.json') as file:
        net = client.ClientNetwork(josepy.JWK.json_loads(file.read()))
    authority = client.ClientV2(messages.Directory.from_json(net.get('https://acme.lab:14000/dir').json()), net)
    wanted = messages.NewRegistration.from_data(email='tech@openfoodfacts.org', terms_of_service_agreed=True)
    try:
        uri = authority.new_account(wanted).uri
    except errors.ConflictError as known:
        uri = known.location
    with open(account + 'regr.json', 'w') as file:
        json.dump({'body': {}, 'uri': uri}, file)
END`,
  );

beforeAll(async () => {
  await labUp();
  await documentIsDone();
  for (const host of ['proxy', 'ct100']) await openAccountsAgain(host);
});

describe('M1: the right one of two certificates is served', () => {
  test('one that was renewed on container 100 is kept', async () => {
    await on('ct100', renew);
    const ours = await serialOn('ct100');
    expect(ours).not.toBe(await serialOn('proxy'));

    const ran = await ssl();

    expect(failures(ran)).toEqual([]);
    expect(tasksThat(ran, 'changed')).not.toContain(copies);
    expect([await serialOn('ct100'), await served()]).toEqual([ours, ours]);
    await secondRunChangesNothing();
  });

  test('one that was renewed on proxy is copied and put into effect', async () => {
    await on('services', 'lab-dns set images 198.51.100.208');
    await on('proxy', renew);
    await on('services', 'lab-dns set images 198.51.100.215');
    const theirs = await serialOn('proxy');

    const ran = await ssl();

    expect(failures(ran)).toEqual([]);
    expect(tasksThat(ran, 'changed')).toContain(copies);
    expect([await serialOn('ct100'), await served()]).toEqual([theirs, theirs]);
    await secondRunChangesNothing();
  });

  test.for([
    ['expired', expired],
    ['for other names', forOthers],
  ] as const)('one that is %s on proxy is not copied', async ([, make]) => {
    const ours = await serialOn('ct100');
    await replace('proxy', make);

    const ran = await ssl();

    expect(failures(ran)).toEqual([]);
    expect(tasksThat(ran, 'changed')).not.toContain(copies);
    expect([await serialOn('ct100'), await served()]).toEqual([ours, ours]);
  });

  test('if neither is right, both are reported, and nothing is copied', async () => {
    await replace('ct100', expired);
    const before = await serialOn('ct100');

    expect(failures(await ssl())).toEqual([
      expect.stringMatching(
        /no suitable certificate images\.openfoodfacts\.org: here: expired on .*; on proxy: for www\.example\.org/,
      ),
    ]);
    expect(await serialOn('ct100')).toBe(before);
  });

  test('a wrong one on container 100 is replaced by the one from proxy', async () => {
    await putBack('proxy');
    const theirs = await serialOn('proxy');

    const ran = await ssl();

    expect(failures(ran)).toEqual([]);
    expect([await serialOn('ct100'), await served()]).toEqual([theirs, theirs]);
    await secondRunChangesNothing();
    await on('ct100', 'rm -rf /root/kept /root/x.*');
    await on('proxy', 'rm -f /root/x.*');
  });
});
