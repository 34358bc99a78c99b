// @ts-check
// Inside the lab's network: TCP on an address of the switch, carried to a unix socket outside.
//
//   node relay.mjs ADDRESS PORT SOCKET
import net from 'node:net';

const [address = '', port = '', socket = ''] = process.argv.slice(2);

net
  .createServer({ allowHalfOpen: true }, (inside) => {
    const outside = net.connect({ path: socket, allowHalfOpen: true });
    inside.pipe(outside).pipe(inside);
    inside.on('error', () => outside.destroy());
    outside.on('error', () => inside.destroy());
  })
  .listen(Number(port), address);
