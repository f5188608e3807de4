import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/nats-core";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { HARMLESS, type Reach } from "../../proof/hostile_actions.ts";
import { limitStep } from "../../proof/limits.ts";
import type { ProofStep } from "../../proof/proof_step.ts";

const TIMEOUT_MS = 5000;

/** Who tries, and who may see everything. */
interface EventParts {
  readonly connection: NatsConnection;
  readonly overseer: NatsConnection;
  readonly reach: Reach;
}

/** An answer of a stream. */
interface PubAnswer {
  readonly error?: object;
  readonly duplicate?: boolean;
}

/**
 * Tries headers on an event of its own, in the stream that all services share. The stream takes none of
 * them: each has a roll-up of a kind that there is not.
 */
export async function tryEvents(parts: EventParts): Promise<readonly ProofStep[]> {
  const subject = eventOf(parts.reach);
  if (subject === undefined) return [];
  const manager = await jetstreamManager(parts.overseer);
  return [
    await rollUp(subject, parts, manager),
    await repeatId(subject, parts, manager),
  ];
}

/** An event that it may publish; undefined when there is none. */
export function eventOf({ grants }: Pick<Reach, "grants">): string | undefined {
  for (const grant of grants) {
    if (grant.kind === "publish" && grant.subject !== undefined) {
      return grant.subject + ".a".repeat(grant.params);
    }
  }
  return undefined;
}

/** A stream that takes roll-ups at all is found by its configuration. */
async function rollUp(
  subject: string,
  parts: EventParts,
  { streams }: JetStreamManager,
): Promise<ProofStep> {
  const { config } = await streams.info(EVENT_STREAM);
  const { error } = await publish(subject, parts);
  return {
    outcome: error === undefined || config.allow_rollup_hdrs ? "allowed" : "denied",
    what: "wipe the events of others by a roll-up",
    attempt: `publish ${subject}, header Nats-Rollup`,
    note: "refused by the stream of events, which takes no roll-ups",
  };
}

/** The event that has the id is made for this, on a subject of nobody, and removed. */
async function repeatId(
  subject: string,
  parts: EventParts,
  { streams }: JetStreamManager,
): Promise<ProofStep> {
  const { overseer, reach: { others: { nobody } } } = parts;
  const theirs = `events.v1.${nobody}.Happened.a`;
  const sent = headers();
  sent.set("Nats-Msg-Id", nobody);
  await overseer.request(theirs, HARMLESS.body, { headers: sent, timeout: TIMEOUT_MS });
  try {
    const { duplicate } = await publish(subject, parts, nobody);
    return limitStep(
      "messageId",
      `publish ${subject}, header Nats-Msg-Id of ${theirs}`,
      duplicate === true,
    );
  } finally {
    await streams.purge(EVENT_STREAM, { filter: theirs });
  }
}

async function publish(
  subject: string,
  { connection, reach: { others } }: EventParts,
  messageId?: string,
): Promise<PubAnswer> {
  const sent = headers();
  sent.set("Nats-Rollup", others.nobody);
  if (messageId !== undefined) sent.set("Nats-Msg-Id", messageId);
  const answer = await connection.request(subject, HARMLESS.body, {
    headers: sent,
    timeout: TIMEOUT_MS,
  });
  return answer.json<PubAnswer>();
}
