/** The allowed parameters of a handshake, each at most once; socket.io's client sends the first two, and `t` to avoid caches. */
const wanted: Readonly<Record<string, string | undefined>> = { EIO: '4', transport: 'websocket', t: undefined };

/**
 * Whether the target of a handshake only opens a new connection over a WebSocket. In particular it must not have a `sid`:
 * engine.io would let anyone who names the session of another connection take it over, with or without a cookie (its upgrade
 * from polling, which we do not serve). No session is ever resumed here, so no handshake needs to name one.
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
