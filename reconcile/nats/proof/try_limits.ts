import { setTimeout as delay } from "node:timers/promises";
import { headers, type NatsConnection } from "@nats-io/nats-core";
import { bootstrapSubject } from "../../../contracts/stored/bootstrap.ts";
import { NANOS_PER_MS } from "../../../runtime/nats/jetstream/nanos.ts";
import { HARMLESS, type Reach } from "../../proof/hostile_actions.ts";
import { limitStep } from "../../proof/limits.ts";
import type { ProofStep } from "../../proof/proof_step.ts";
import type { Probe } from "./probe.ts";
import { eventOf, tryEvents } from "./try_events.ts";

/** What NATS does, it does at once; what has not come by then is not coming. */
const PATIENCE_MS = 1000;
const POLL_MS = 20;
/** The shortest that servers take. */
const HEARTBEAT_MS = 100;

/** Who tries, and who watches what comes of it. */
export interface LimitParts {
  /** The session's. */
  readonly connection: NatsConnection;
  /** May see everything. */
  readonly overseer: NatsConnection;
  readonly probe: Probe;
  readonly reach: Reach;
}

/**
 * Tries what lists of subjects do not prevent: answers and deliveries that are led elsewhere, and headers.
 * Nothing is written but into the probe. Rejects when a connection is lost.
 */
export async function tryLimits(parts: LimitParts): Promise<readonly ProofStep[]> {
  const { overseer, reach } = parts;
  const inbox = `_INBOX.${reach.others.session}`;
  const subjects = ["delivered", "answered", "led"].map((name) => `${inbox}.${name}`);
  const [delivered = "", answered = "", led = ""] = subjects;
  const heard = new Set<string>();
  // Consumers deliver where somebody listens on exactly that subject.
  const ears = subjects.map((subject) =>
    overseer.subscribe(subject, { callback: () => void heard.add(subject) })
  );
  await overseer.flush();
  try {
    const steps = [
      await leadAcknowledgement(parts),
      await leadDelivery(parts, delivered, heard),
      await answerForeigner(parts, answered, heard),
      await leadAnswer(parts, led, heard),
      ...await tryEvents(parts),
    ];
    return steps.filter((step) => step !== undefined);
  } finally {
    for (const ear of ears) ear.unsubscribe();
  }
}

/** The stream refuses the write, and its refusal is stored where it is led to. */
async function leadAcknowledgement(
  { connection, probe, reach }: LimitParts,
): Promise<ProofStep | undefined> {
  const subject = writable(reach);
  if (subject === undefined) return undefined;
  const before = await probe.writes();
  const sent = headers();
  sent.set(...HARMLESS.header(reach.others));
  connection.publish(subject, HARMLESS.body, { headers: sent, reply: probe.target });
  const isStored = await within(async () => await probe.writes() > before);
  return limitStep("acknowledgement", `publish ${subject}, reply to ${probe.target}`, isStored);
}

/** Its own data is not read: the server sends heartbeats where a consumer has nothing to deliver. */
async function leadDelivery(
  { connection, overseer, reach }: LimitParts,
  deliver_subject: string,
  heard: ReadonlySet<string>,
): Promise<ProofStep | undefined> {
  const [own] = Object.values(reach.bindings.kv);
  if (own === undefined) return undefined;
  const name = reach.others.nobody;
  const stream = `KV_${own.bucket}`;
  const filter_subject = `$KV.${own.bucket}.${name}`;
  const config = {
    name,
    filter_subject,
    deliver_subject,
    deliver_policy: "new",
    ack_policy: "none",
    idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS,
    inactive_threshold: PATIENCE_MS * NANOS_PER_MS,
    mem_storage: true,
  };
  const subject = `$JS.API.CONSUMER.CREATE.${stream}.${name}.${filter_subject}`;
  await connection.request(
    subject,
    JSON.stringify({ stream_name: stream, config, action: "create" }),
  );
  const isHeard = await within(() => heard.has(deliver_subject));
  await overseer.request(`$JS.API.CONSUMER.DELETE.${stream}.${name}`);
  return limitStep("delivery", `publish ${subject}, deliver to ${deliver_subject}`, isHeard);
}

async function answerForeigner(
  { connection }: LimitParts,
  inbox: string,
  heard: ReadonlySet<string>,
): Promise<ProofStep> {
  connection.publish(inbox, HARMLESS.body);
  return limitStep("inbox", `publish ${inbox}`, await within(() => heard.has(inbox)));
}

/** The platform answers those only who ask for themselves. */
async function leadAnswer(
  { connection, overseer, reach }: LimitParts,
  inbox: string,
  heard: ReadonlySet<string>,
): Promise<ProofStep> {
  const subject = bootstrapSubject(reach.caller.session);
  connection.publish(subject, "{}", { reply: inbox });
  await connection.request(subject, "{}", { timeout: 5 * PATIENCE_MS });
  await overseer.flush();
  return {
    outcome: heard.has(inbox) ? "allowed" : "denied",
    what: "have an answer of Trellis sent to others",
    attempt: `publish ${subject}, reply to ${inbox}`,
    note: "refused by the receiver, which looks whose inbox it is",
  };
}

/** A subject that it may publish to and a stream listens on; undefined when there is none. */
function writable({ bindings, others: { nobody }, ...reach }: Reach): string | undefined {
  const [bucket] = Object.values(bindings.kv);
  if (bucket !== undefined) return `$KV.${bucket.bucket}.${nobody}`;
  const [store] = Object.values(bindings.store);
  return store === undefined ? eventOf(reach) : `$O.${store.name}.M.${nobody}`;
}

async function within(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    if (await isSo()) return true;
    await delay(POLL_MS);
  }
  return false;
}
