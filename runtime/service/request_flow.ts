import { AsyncLocalStorage } from "node:async_hooks";
import type { EventPublisher } from "../events/event_client.ts";
import type { UntypedCall } from "../rpc/rpc_caller.ts";
import type { RequestContext } from "../rpc/request_context.ts";

/** What a handler's own calls and events take over from the request that it answers. */
type Flow = Pick<RequestContext, "requestId" | "traceparent">;

const handled = new AsyncLocalStorage<Flow>();

/** Runs a handler: what it does belongs to the request, wherever it is awaited. */
export function handling<T>(request: Flow, handle: () => T): T {
  return handled.run(request, handle);
}

/** A call that has the request id and the trace of the request that is being handled, unless its options say others. */
export function flowingCall(call: UntypedCall): UntypedCall {
  return (input, options) => {
    const flow = handled.getStore();
    if (flow === undefined) return call(input, options);
    const { requestId, traceparent } = flow;
    return call(input, { requestId, traceparent, ...options });
  };
}

/** Publishes with the trace of the request that is being handled. */
export function flowingPublisher(publisher: EventPublisher): EventPublisher {
  return {
    publish: (event, options) =>
      publisher.publish(event, { traceparent: handled.getStore()?.traceparent, ...options }),
  };
}
