import { lookup } from "node:dns/promises";

/**
 * All addresses of a host, as the operating system resolves it (hosts file included).
 *
 * Answers the name itself when it cannot be resolved, so that dialing reports the failure, and when the process may
 * not reach every port of that host: a program that runs with `--allow-net=nats.example.com:4222` dials by name.
 */
export async function resolveHost(host: string): Promise<string[]> {
  if (!mayReach(host)) return [host];
  try {
    const found = await lookup(host, { all: true });
    return found.length === 0 ? [host] : found.map(({ address }) => address);
  } catch {
    return [host];
  }
}

/** True when the permissions cover `host` (`name`, `name:port` or an address) without asking the user. */
export function mayReach(host: string): boolean {
  return Deno.permissions.querySync({ name: "net", host }).state === "granted";
}
