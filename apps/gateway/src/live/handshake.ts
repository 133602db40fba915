/** What a handshake may ask for, each exactly once; socket.io's client sends the first two, and `t` against caches. */
const wanted: Readonly<Record<string, string | undefined>> = { EIO: '4', transport: 'websocket', t: undefined };

/**
 * True for the target of a handshake that opens a new connection over a WebSocket, with nothing else in it. In particular no
 * `sid`: engine.io would let whoever names the session of another connection take it over, cookie or not (its upgrade from
 * polling, which we do not serve). No session is ever resumed here, so no handshake has a reason to name one.
 */
export function opensNewConnection(target: string): boolean {
  const [path, query = '', ...rest] = target.split('?');
  if (path !== '/socket.io/' || rest.length > 0) return false;
  const parameters = new URLSearchParams(query);
  const names = [...parameters.keys()];
  if (new Set(names).size !== names.length) return false;
  return (
    names.every((name) => Object.hasOwn(wanted, name)) &&
    parameters.get('EIO') === wanted['EIO'] &&
    parameters.get('transport') === wanted['transport']
  );
}
