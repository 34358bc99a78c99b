/** What `--help` prints, for `run lab` and each of its commands. */
export const help: Readonly<Record<string, string>> & { readonly lab: string } = {
  lab: `usage: run lab COMMAND

Real Debian 12 hosts on this machine, to try playbooks on: off1 and off2 (Proxmox stand-ins with ZFS), the containers
proxy (101) and backend (113) in off2, and services (forge, DNS, ACME, mail). Container 100 (ct100) is for a playbook to
create. Needs Linux and root; see docs/lab.md.

  up [HOST…]            start the hosts that are not running; a HOST whose name the lab does not define is a plain Debian host
  status                list the hosts and whether they are running
  reset [HOST…]         bring hosts back to their pristine state
  ssh HOST [COMMAND…]   a shell, or one command, on a host or in a container
  exec COMMAND…         run a program from this machine inside the lab's network
  do STEP…              perform a manual step of the install document; see run lab do --help
  down                  stop everything; the hosts' disks stay
`,
  up: `usage: run lab up [--bench] [HOST…]

Start the hosts that are not running: services, off1 and off2, or those named. debian1, debian2 … are plain Debian
without Python; --bench starts bench1 to bench4, twin1 and twin2, which have Python. The first time images are built.
`,
  status: `usage: run lab status

One line for each host and container: its name, whether it runs, its address.
`,
  reset: `usage: run lab reset [HOST…]

Throw away what was done to a host, its containers and its ZFS pool included, and start it as it first was.
Without HOST: services, off1 and off2.
`,
  ssh: `usage: run lab ssh HOST [COMMAND…]

Log in to a host as root, over ssh; into a container (ct100, proxy, backend) through its Proxmox host.
`,
  exec: `usage: run lab exec COMMAND…

Run a program from this machine inside the lab's network, where the hosts' addresses and names are known.
`,
  do: `usage: run lab do STEP…

What the install document leaves to people:
  dns             at the registrar: the A record of off1-proxy.openfoodfacts.org
  images-dns      at the registrar: images.openfoodfacts.org moved to container 100
  deploy-key      at the forge: root's key of ct100 may write to openfoodfacts-infrastructure
  monitoring-key  at the forge: root's second key may write to openfoodfacts-monitoring
`,
  down: `usage: run lab down

Stop all hosts and leave no process, mount, namespace, interface or control group behind. Their disks stay.
`,
};
