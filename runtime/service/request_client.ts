import { TypedKV } from "../kv/typed_kv.ts";
import type { HandedOver } from "../rpc/call_options.ts";
import type { RequestContext } from "../rpc/request_context.ts";
import { StoreHandle } from "../store/store_handle.ts";

/** What a handler's calls, events and writes take over from what it runs for. */
export type Flow = Pick<RequestContext, "requestId" | "traceparent"> & HandedOver;

/** What a service's client holds, whatever its contract. */
interface ServiceClient {
  readonly kv: object;
  readonly store: object;
  readonly rpc: object;
  readonly operation: object;
  readonly feed: object;
  readonly event: object;
  readonly used: object;
  readonly jobs: object;
  readonly transfer: unknown;
  readonly transact: object;
}

/**
 * A service's client as one handler gets it: its calls and events have the request id and the trace of the
 * request, unless their options say others, and what it writes to KV buckets and stores says what has caused it. Handed over,
 * because an `AsyncLocalStorage` would take as long for each request as half of all else that a service does for it.
 */
export class RequestClient implements ServiceClient {
  readonly #client: ServiceClient;
  readonly #flow: Flow;

  /** @param flow the request */
  constructor(client: ServiceClient, flow: Flow) {
    this.#client = client;
    this.#flow = flow;
  }

  get kv(): object {
    return caused(this.#client.kv, this.#flow);
  }

  get store(): object {
    return caused(this.#client.store, this.#flow);
  }

  get rpc(): object {
    return flowing(this.#client.rpc, this.#flow);
  }

  /** Each start is another operation: the id of the request would make two of them one. */
  get operation(): object {
    return starting(this.#client.operation, this.#flow);
  }

  get feed(): object {
    return flowing(this.#client.feed, this.#flow);
  }

  get event(): object {
    return flowing(this.#client.event, this.#flow);
  }

  get used(): object {
    return using(this.#client.used, this.#flow);
  }

  get jobs(): object {
    return flowing(this.#client.jobs, this.#flow);
  }

  /** It belongs to the session, whatever it is fetched for. */
  get transfer(): unknown {
    return this.#client.transfer;
  }

  get transact(): object {
    return flowing({ transact: this.#client.transact }, this.#flow).transact;
  }
}

/** The same resources, whose writes say what has caused them. */
function caused(resources: object, { cause }: Flow): object {
  if (cause === undefined) return resources;
  return new Proxy(resources, {
    get(target, alias) {
      const resource: unknown = Reflect.get(target, alias);
      if (resource instanceof TypedKV) return TypedKV.causedBy(resource, cause);
      return resource instanceof StoreHandle ? StoreHandle.causedBy(resource, cause) : resource;
    },
  });
}

/** The same uses by their aliases, whose calls, events and starts take over what flows. */
function using(used: object, flow: Flow): object {
  return new Proxy(used, {
    get(target, alias) {
      const surfaces: unknown = Reflect.get(target, alias);
      if (typeof surfaces !== "object" || surfaces === null) return surfaces;
      return new Proxy(surfaces, {
        get(surfaces, kind) {
          const members: unknown = Reflect.get(surfaces, kind);
          if (typeof members !== "object" || members === null) return members;
          return kind === "operation" ? starting(members, flow) : flowing(members, flow);
        },
      });
    },
  });
}

/** The same operations, whose starts carry on the trace. */
function starting<S extends object>(operations: S, flow: Flow): S {
  return new Proxy(operations, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member === "object" && member !== null) return starting(member, flow);
      if (name !== "start" || typeof member !== "function") return member;
      const { traceparent, span } = flow;
      return (input: unknown, options?: object) =>
        member(input, { traceparent, tracestate: stateOf(flow, options), span, ...options });
    },
  });
}

/** The same surfaces, whose functions, which all take a value and options, take over what flows. */
function flowing<S extends object>(surfaces: S, flow: Flow): S {
  return new Proxy(surfaces, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member === "function") {
        const { requestId, traceparent, span, cause } = flow;
        return (value: unknown, options?: object) => {
          const tracestate = stateOf(flow, options);
          return member(value, { requestId, traceparent, tracestate, span, cause, ...options });
        };
      }
      return typeof member === "object" && member !== null ? flowing(member, flow) : member;
    },
  });
}

/** What goes with the trace of the request, where there is one and the options say no other. */
function stateOf(flow: Flow, options: object = {}): string | undefined {
  return flow.traceparent === undefined || "traceparent" in options ? undefined : flow.tracestate;
}
