/** What is recorded: one span, and one duration of a metric. */
export interface Activity {
  readonly kind: "client" | "server" | "producer" | "consumer";
  /** Of the span, as `Orders/Create`: one of few. */
  readonly name: string;
  /** The metric that its duration belongs to. */
  readonly metric: MetricName;
  /** Of the span and of the metric: each has one of few values. */
  readonly attributes: Attributes;
}

/** What is said of an activity, by the names of OpenTelemetry's conventions. */
export type Attributes = Readonly<Record<string, string>>;

/** The metrics of durations, in seconds. */
export type MetricName =
  | "rpc.client.duration"
  | "rpc.server.duration"
  | "messaging.client.operation.duration"
  | "messaging.process.duration"
  | "db.client.operation.duration";

/** What is served and called: an RPC, what belongs to an operation, or a subscription to a feed. */
interface Surface {
  readonly name: string;
  /** As `rpc.v1.Orders.Create`; without the caller. */
  readonly subject: string;
}

/** A call, as whoever calls sees it. */
export function callActivity(surface: Surface): Activity {
  return rpcActivity("client", surface);
}

/** A call, as whoever serves it sees it. */
export function servedActivity(surface: Surface): Activity {
  return rpcActivity("server", surface);
}

function rpcActivity(kind: "client" | "server", { name, subject }: Surface): Activity {
  const dot = name.lastIndexOf(".");
  const [service, method] = [name.slice(0, Math.max(0, dot)), name.slice(dot + 1)];
  return {
    kind,
    name: dot < 0 ? name : `${service}/${method}`,
    metric: `rpc.${kind}.duration`,
    attributes: {
      "rpc.system": "trellis",
      "rpc.service": service,
      "rpc.method": method,
      ...MESSAGING,
      "messaging.destination.name": subject,
    },
  };
}

const MESSAGING = { "messaging.system": "nats" };

/** An event is published. @param subject without its params */
export function publishActivity(subject: string): Activity {
  return sendActivity("publish", subject);
}

/** A group handles an event. @param subject without its params */
export function eventActivity(group: string, subject: string): Activity {
  const activity = processActivity("handle", subject);
  const attributes = { ...activity.attributes, "messaging.consumer.group.name": group };
  return { ...activity, attributes };
}

/** What is worked on in queues. */
type QueueKind = "job" | "operation";

/** A job is put into its queue. */
export function createActivity(queue: string): Activity {
  return sendActivity("create", queueName("job", queue));
}

/** A job, or an operation, is worked on. */
export function workActivity(kind: QueueKind, queue: string): Activity {
  return processActivity("work", queueName(kind, queue));
}

function queueName(kind: QueueKind, queue: string): string {
  return `${kind}.${queue}`;
}

/** Something is stored for others. */
function sendActivity(operation: string, destination: string): Activity {
  return {
    kind: "producer",
    name: `${operation} ${destination}`,
    metric: "messaging.client.operation.duration",
    attributes: messaging(operation, "send", destination),
  };
}

/** What was stored is worked on. */
function processActivity(operation: string, destination: string): Activity {
  return {
    kind: "consumer",
    name: `process ${destination}`,
    metric: "messaging.process.duration",
    attributes: messaging(operation, "process", destination),
  };
}

function messaging(operation: string, type: "send" | "process", destination: string): Attributes {
  return {
    ...MESSAGING,
    "messaging.operation.name": operation,
    "messaging.operation.type": type,
    "messaging.destination.name": destination,
  };
}

/** Something is asked of a KV bucket or a store, as `put`. @param alias its name in the contract */
export function dataActivity(kind: "kv" | "store", alias: string, operation: string): Activity {
  const collection = `${kind}.${alias}`;
  return {
    kind: "client",
    name: `${operation} ${collection}`,
    metric: "db.client.operation.duration",
    attributes: {
      "db.system.name": "nats",
      "db.operation.name": operation,
      "db.collection.name": collection,
    },
  };
}
