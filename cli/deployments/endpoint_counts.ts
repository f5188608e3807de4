import { type EndpointData, EndpointDataSchema } from "../../contracts/live/endpoint_data.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { inKnownClasses, type Latency } from "../../contracts/live/latency.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";

/** What one endpoint of an instance has done since the instance was started. */
export interface EndpointCounts extends Pick<EndpointData, "name" | "errors"> {
  readonly latency: Latency;
  /** What it listens to, as `rpc.v1.Orders.Create.*`: names alone may be those of an RPC and of an operation. */
  readonly subject: string;
  readonly requests: number;
  /** How long all of them took together, in milliseconds. */
  readonly processingMs: number;
}

/** Reads what an instance tells of its endpoints; those of an older version tell too little, and are left out. */
export function endpointCounts(told: unknown): readonly EndpointCounts[] {
  if (!Array.isArray(told)) return [];
  return told.flatMap((endpoint: unknown) => {
    if (!isRecord(endpoint) || !isCount(endpoint.num_requests)) return [];
    const { data, subject, num_requests: requests, processing_time } = endpoint;
    if (typeof subject !== "string" || !isEndpointData(data)) return [];
    const processingMs = isCount(processing_time) ? processing_time / 1e6 : 0;
    return [{ ...data, latency: inKnownClasses(data.latency), subject, requests, processingMs }];
  });
}

const validator = validatorOf(EndpointDataSchema);

function isEndpointData(data: unknown): data is EndpointData {
  if (!validator.check(data)) return false;
  // The schema that it fits is the one that its type is derived from.
  const { latency: { boundsMs, counts } } = data as EndpointData;
  return counts.length === boundsMs.length + 1 &&
    boundsMs.every((bound, at) => at === 0 || bound > boundsMs[at - 1]!);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
