/** The output of `--help`, for `run lab` and each of its commands. */
export const help: Readonly<Record<string, string>> & { readonly lab: string } = {
  lab: `usage: run lab COMMAND

Real Debian 12 hosts on this machine, to try playbooks on: off1 and off2 (Proxmox stand-ins with ZFS), the containers
proxy (101) and backend (113) in off2, and services (forge, DNS, ACME, mail). Container 100 (ct100) is for a playbook to
create. Needs Linux and root; see docs/lab.md.

  up [HOST…]            start the hosts that are not running; a name that the lab does not define starts a plain Debian host
  status                list the hosts and whether they are running
  reset [HOST…]         bring hosts back to their pristine state
  ssh HOST [COMMAND…]   a shell, or one command, on a host or in a container
  exec COMMAND…         run a program from this machine inside the lab's network
  do STEP…              perform a manual step of the install document; see run lab do --help
  down                  stop everything; the hosts' disks stay
`,
  up: `usage: run lab up [--bench] [HOST…]

Start the hosts that are not running: services, off1 and off2, or those named. debian1, debian2 … are plain Debian
without Python; --bench starts bench1 to bench4, twin1 and twin2, which have Python. Images are built on first use.
`,
  status: `usage: run lab status

One line for each host and container: its name, its address, and whether it is running.
`,
  reset: `usage: run lab reset [HOST…]

Discard all changes to a host, including its containers and its ZFS pool, and start it in its initial state.
Without HOST: services, off1 and off2.
`,
  ssh: `usage: run lab ssh HOST [COMMAND…]

Log in as root over ssh: to a host, or to a container (ct100, proxy, backend) through its Proxmox host.
`,
  exec: `usage: run lab exec COMMAND…

Run a program from this machine inside the lab's network, where the hosts' addresses and names are known.
`,
  do: `usage: run lab do STEP…

Perform a manual step of the install document:
  dns             at the registrar: create the A record for off1-proxy.openfoodfacts.org
  images-dns      at the registrar: point images.openfoodfacts.org to container 100
  deploy-key      at the forge: let root's key on ct100 write to openfoodfacts-infrastructure
  monitoring-key  at the forge: let root's second key write to openfoodfacts-monitoring
`,
  down: `usage: run lab down

Stop all hosts and leave no process, mount, namespace, interface or control group behind. Their disks stay.
`,
};
