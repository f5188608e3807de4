import { callerToken, sessionOf } from "../../../contracts/identity/caller.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { discoveryName } from "../../../contracts/manifest/names.ts";
import { isErr } from "../../../contracts/result.ts";
import { compilePermissions } from "../../../reconcile/grants/compile_permissions.ts";
import { grantsOf } from "../../../reconcile/grants/grant.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { Probe } from "../../../reconcile/nats/proof/probe.ts";
import { proveSession } from "../../../reconcile/nats/proof/prove_session.ts";
import { outcomesOf } from "../../../reconcile/proof/proof_step.ts";
import { toTransportError } from "../../../runtime/nats/library_error.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { refusedSession, requestBootstrap } from "../../../runtime/session/request_bootstrap.ts";
import { withoutCredentials } from "../../nats_server/probe/server_url.ts";
import { AcceptedContracts } from "../../platform/accepted_contracts.ts";
import { serviceSession } from "../../platform/service_sessions.ts";
import type { Sessions } from "../../platform/sessions/sessions.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { progress } from "../../terminal/progress.ts";
import { type Proof, proofJson, proofText } from "../../view/proof_view.ts";
import { type NatsConnection, withSessions } from "../sessions/with_sessions.ts";

/** A proof that is killed leaves its session behind, for so long. */
const LIFETIME_MS = 5 * 60_000;

/** Tries with a session of a service what the service must not be able to do, and tells what came of it. */
export function proveDeployment(
  { deployment, keys }: { readonly deployment: string; readonly keys: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  return withSessions({ keys }, context, async (sessions, { connection: overseer, url }) => {
    try {
      return await prove(deployment, { sessions, overseer, url }, context);
    } catch (cause) {
      if (context.signal.aborted) return EXIT_CODE.interrupted;
      if (cause instanceof TypeError) throw cause;
      return failed(context, toTransportError(cause, `proving ${deployment}`));
    }
  });
}

interface ProofParts {
  readonly sessions: Sessions;
  /** May see everything. */
  readonly overseer: NatsConnection;
  readonly url: string;
}

async function prove(
  deployment: string,
  { sessions, overseer, url }: ProofParts,
  context: CommandContext,
): Promise<ExitCode> {
  const { by, signal, terminal, globals } = context;
  const authority = (await openAuthority(overseer)).take();
  if (isErr(authority)) return failed(context, authority.error);
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return failed(context, record.error);
  const contracts = new AcceptedContracts(authority);
  const accepted = await contracts.deployment(deployment);
  if (accepted?.needs.kind !== "service") {
    const message = accepted === undefined
      ? `nothing of ${deployment} is accepted and made yet`
      : `${deployment} is no service: whoever runs it may only call RPCs`;
    return failed(context, {
      code: "not_found",
      message,
      hint: "name a service that was accepted",
    });
  }
  const { needs, bindings } = accepted;
  const used = await contracts.usedBy(needs);
  const isQuiet = globals.quiet || !terminal.err.isTerminal;
  using work = progress(terminal, `trying what ${deployment} must not do`, isQuiet);
  await using opened = new AsyncDisposableStack();
  const at = new Date();
  const key = KeyPair.generate("user");
  const session = sessionOf(key.publicKey);
  const ownRecord = {
    ...serviceSession(deployment, key.publicKey, at.toISOString()),
    expiresAt: new Date(at.getTime() + LIFETIME_MS).toISOString(),
  };
  const letIn = (await sessions.records.add(ownRecord, by, { reason: "proof" })).take();
  if (isErr(letIn)) return failed(context, letIn.error);
  opened.defer(async () => {
    (await sessions.revoke({ session }, by)).orThrow();
  });
  const { principal } = ownRecord;
  const connected = (await connectMessaging({
    servers: url,
    name: "trellis proof",
    key,
    principal,
  })).take();
  if (isErr(connected)) return failed(context, connected.error);
  opened.use(connected);
  // Whoever is let into limbo is refused everything, which would prove nothing.
  const bootstrap = (await requestBootstrap(connected)).take();
  if (isErr(bootstrap)) return failed(context, bootstrap.error);
  if (bootstrap.state === "limbo") return failed(context, refusedSession(bootstrap.reason));
  signal.throwIfAborted();
  const probe = opened.use(await Probe.open(overseer));
  const caller = { principal, session };
  const grants = grantsOf(needs, { used, capabilities: undefined });
  const reach = {
    caller,
    bindings,
    grants,
    discovery: discoveryName(needs.contract),
    others: probe.others,
    live: true,
  };
  const { connection } = connected;
  const steps = await proveSession({ connection, overseer, probe, reach }, signal);
  const proof: Proof = {
    deployment,
    contract: needs.contract,
    digest: needs.digest,
    nats: withoutCredentials(url),
    natsVersion: connection.info?.version ?? "",
    at: at.toISOString(),
    by,
    session: callerToken(caller),
    permissions: compilePermissions({ caller, needs, bindings, used }) ??
      { publish: [], subscribe: [] },
    steps,
  };
  work[Symbol.dispose]();
  context.output.data(proofJson(proof), () => proofText(proof, terminal.out));
  return outcomesOf(steps).allowed === 0 ? EXIT_CODE.ok : EXIT_CODE.failure;
}
