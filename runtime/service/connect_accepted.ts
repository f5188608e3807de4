import type { Contract } from "../../contracts/define/contract.ts";
import type { TransportError, TransportErrorCode } from "../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import { LiveUses } from "../accepted/live_uses.ts";
import { readBindings } from "../accepted/nats/read_bindings.ts";
import type { EventPublisher } from "../events/event_client.ts";
import { NatsEventPublisher } from "../events/nats/nats_event_publisher.ts";
import type { Log } from "../log.ts";
import { inboxPrefix } from "../nats/connection.ts";
import type { CallerAccess } from "../rpc/caller_access.ts";
import { BootstrapAsker } from "../session/bootstrap_asker.ts";
import {
  connectParticipant,
  type Participant,
  type ParticipantOptions,
} from "../session/connect_participant.ts";
import { connectWithin } from "../session/connect_within.ts";
import { KnownCallers } from "../session/known_callers.ts";
import { type Given, readSession } from "../session/read_session.ts";
import { SessionWatch } from "../session/session_watch.ts";
import { usesSource } from "../session/uses_source.ts";
import { ConnectionReport } from "./connection_report.ts";
import { type OpenedResources, openResources } from "./open_resources.ts";

/** A connection, and what was accepted for the deployment whose instance has it. */
export interface Accepted extends OpenedResources, Participant {
  readonly uses: LiveUses;
  readonly publisher: EventPublisher;
  /** Reads the bindings again; undefined when they cannot be read at the moment. */
  readonly readBindings: () => Promise<Bindings | undefined>;
  /** Where it is asked what callers may do; missing where nothing is enforced. */
  readonly access?: CallerAccess;
}

/** Who connects, and where what happens to the connection is said. */
export interface AcceptedOptions extends Omit<ParticipantOptions, "onStatus"> {
  readonly contract: Contract;
  readonly deployment: string;
  readonly log: Log;
}

/**
 * Connects and opens what was accepted, and waits for both as long as it is told to.
 *
 * Errors: those of connecting, `trellis.bind.*`, `trellis.bootstrap.failed`, `trellis.use.missing`.
 */
export function connectAccepted(
  options: AcceptedOptions,
): Promise<Result<Accepted, TransportError>> {
  return connectWithin(
    options.waitMs ?? 0,
    MAY_COME,
    (waitMs) => connectOnce({ ...options, waitMs }),
  );
}

/** Milliseconds between two attempts of a service to reach its server again: its callers are back soon, too. */
const LONGEST_PAUSE_MS = 1000;

/** A secured server asks again at each connection, so what was accepted meanwhile counts. */
async function connectOnce(options: AcceptedOptions): Promise<Result<Accepted, TransportError>> {
  const { contract, deployment, log } = options;
  const report = new ConnectionReport(deployment, log);
  let watch: SessionWatch | undefined;
  const participant = (await connectParticipant({
    ...options,
    onStatus: (event) => report.observe(event),
    longestPauseMs: LONGEST_PAUSE_MS,
    leastPauseMs: () => watch?.pauseMs ?? 0,
  })).take();
  if (isErr(participant)) return participant;
  const { messaging, secured } = participant;
  const session = secured ? new BootstrapAsker(messaging) : undefined;
  const opened = await openAccepted(contract, deployment, participant, session);
  if (opened.isErr()) await messaging.close();
  else watch = new SessionWatch(messaging, session, (news) => report.learn(news), contract);
  return opened.map((opened) => ({
    ...opened,
    ...participant,
    readBindings: async () => {
      const given = await readGiven(deployment, participant);
      return given.isOk() ? given.value.bindings : undefined;
    },
    publisher: new NatsEventPublisher(
      messaging.line,
      inboxPrefix(messaging.session),
      contract.digest,
    ),
    ...(secured ? { access: new KnownCallers(messaging) } : {}),
  }));
}

async function openAccepted(
  contract: Contract,
  deployment: string,
  participant: Participant,
  session: BootstrapAsker | undefined,
): Promise<Result<Pick<Accepted, keyof OpenedResources | "uses">, TransportError>> {
  const { secured } = participant;
  const source = usesSource(contract, participant, session);
  const given = await readGiven(deployment, participant);
  if (given.isErr()) return err(given.error);
  const opened = await openResources(contract, deployment, participant, given.value.bindings);
  if (opened.isErr()) return err(opened.error);
  const used = secured ? ok(given.value.used) : await source.read();
  return used.andThen((used) => LiveUses.open(contract, source, used))
    .map((uses) => ({ ...opened.value, uses }));
}

async function readGiven(
  deployment: string,
  { messaging, secured }: Participant,
): Promise<Result<Given, TransportError>> {
  if (secured) return await readSession(messaging);
  const bindings = await readBindings(messaging.line.connection, deployment);
  return bindings.map((bindings) => ({ bindings }));
}

/** What passes when a person accepts a plan, or when the server has started. */
const MAY_COME: readonly TransportErrorCode[] = [
  "trellis.bind.missing",
  "trellis.bind.outdated",
  "trellis.bind.failed",
  "trellis.bootstrap.failed",
  "trellis.use.missing",
];
