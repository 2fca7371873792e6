import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { reachOf } from './address.ts';

/** The endpoint's host is, or resolves to, an address that may not be connected to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

const check = (host: string, address: string, allowPrivate: boolean): AddressRefused | undefined => {
  const reach = reachOf(address);
  if (reach === 'public' || (reach === 'private' && allowPrivate)) return undefined;
  const where = host === address ? address : `${host} (${address})`;
  return new AddressRefused(
    reach === 'private'
      ? `${where} is a private address, and the endpoint does not allow those`
      : `${where} is an address that webhooks never go to`,
  );
};

/**
 * Connects to what may be connected to. It looks at the addresses that the connection is made to, after names are resolved, so neither a name that resolves to another address the
 * second time nor another spelling of an address leads around it.
 * @param lookup for tests; default the system's resolver
 */
export const createAgent = (allowPrivate: boolean, lookup: typeof resolve = resolve): Agent => {
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const refused = error ?? addresses.map(({ address }) => check(hostname, address, allowPrivate)).find(Boolean);
      if (refused) return callback(refused as NodeJS.ErrnoException, []);
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      if (first === undefined)
        return callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), []);
      callback(null, first.address, first.family);
    });
  };
  const connector = buildConnector({ timeout: 10_000, allowH2: false, lookup: guardedLookup });
  return new Agent({
    connect(options, callback) {
      // An address needs no resolver, so the look-up would not see it.
      const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
      const refused = isIP(host) === 0 ? undefined : check(host, host, allowPrivate);
      if (refused) return callback(refused, null);
      connector(options, (error, socket) => {
        if (error !== null) return callback(error, null);
        const late = check(host, socket.remoteAddress ?? '', allowPrivate);
        if (late === undefined) return callback(null, socket);
        socket.destroy();
        callback(late, null);
      });
    },
    // one answer at a time, so that one slow message holds up no other
    pipelining: 1,
    connections: 20,
    keepAliveTimeout: 10_000,
    keepAliveMaxTimeout: 60_000,
  });
};
