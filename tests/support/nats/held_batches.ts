/** Lets a test do something at one certain moment of a scan. */
import type { NatsConnection } from "@nats-io/transport-deno";

/**
 * The connection, except that before its `batch`-th request for messages `act` is done. Everything
 * reaches the real server, only later.
 */
export function beforeBatch(
  connection: NatsConnection,
  batch: number,
  act: () => Promise<unknown> | void,
): NatsConnection {
  let requests = 0;
  return new Proxy(connection, {
    get(target, name) {
      if (name !== "publish") {
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      }
      return (...sent: Parameters<NatsConnection["publish"]>) => {
        const isRequest = sent[0].startsWith("$JS.API.CONSUMER.MSG.NEXT.");
        if (!isRequest || ++requests !== batch) return target.publish(...sent);
        Promise.resolve(act()).finally(() => target.isClosed() || target.publish(...sent));
      };
    },
  });
}
