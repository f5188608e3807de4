import type { JetStreamManager } from "@nats-io/jetstream";

/** What manages the streams of a server. */
export type StreamManager = JetStreamManager;

/** Does a write. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** A manager with something around each of its writes to streams; all else passes. */
export function steppedManager(manager: StreamManager, step: Step): StreamManager {
  const { streams } = manager;
  const writes = new Map<PropertyKey, unknown>([
    ["add", (...args: Parameters<typeof streams.add>) => step("add", () => streams.add(...args))],
    [
      "update",
      (...args: Parameters<typeof streams.update>) => step("update", () => streams.update(...args)),
    ],
    [
      "delete",
      (...args: Parameters<typeof streams.delete>) => step("delete", () => streams.delete(...args)),
    ],
  ]);
  const stepped = new Proxy(streams, {
    get: (target, name) => writes.get(name) ?? own(target, name),
  });
  return new Proxy(manager, {
    get: (target, name) => name === "streams" ? stepped : own(target, name),
  });
}

function own(target: object, name: PropertyKey): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === "function" ? value.bind(target) : value;
}
