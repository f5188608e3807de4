/**
 * NATS over TCP and TLS for Deno: a stand-in, with the same name and API, for the package that lives on JSR only.
 *
 * @example Connect and ask
 * ```ts
 * import { connect } from "@nats-io/transport-deno";
 *
 * const nc = await connect({ servers: "127.0.0.1:4222" });
 * nc.subscribe("greet", { callback: (_err, msg) => void msg.respond("hello") });
 * console.log((await nc.request("greet")).string());
 * await nc.close();
 * ```
 *
 * @module
 */
export * from "@nats-io/nats-core";
export { connect } from "./connect.ts";
