import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import type { Plan } from "../../reconcile/records/authority_record.ts";
import type { ReconcileOutcome } from "../../reconcile/reconciler/reconcile_deployment.ts";
import "../../runtime/host/deno_host.ts";
import type { DefinedHandlers } from "../../runtime/service/define_handlers.ts";
import type { Log } from "../../runtime/log.ts";
import { TrellisService } from "../../runtime/service/service.ts";
import type { ServiceOptions } from "../../runtime/service/service_options.ts";
import type { TrellisServer } from "./trellis_server.ts";

/** Says nothing; for tests in which handlers are meant to fail. */
export const SILENT: Log = { info() {}, warn() {}, error() {} };

/** Presents a contract for review and answers its pending plan. */
export async function propose(
  authority: Authority,
  contract: Contract,
  deployment?: string,
): Promise<{ deployment: string; plan: Plan }> {
  const presentation = { manifest: contract.manifest, digest: contract.digest };
  const [presented] = await authority.present(
    [deployment === undefined ? presentation : { ...presentation, deployment }],
    { mode: "strict", by: "author" },
  );
  const { plan, deployment: name } = presented!.orThrow();
  if (plan === undefined) throw new Error(`${contract.id} asks for nothing new`);
  return { deployment: name, plan };
}

/** Accepts a plan, whatever its kind. */
export async function accept(authority: Authority, plan: Plan): Promise<void> {
  const decided = await authority.decide(plan.deployment, plan.id, {
    verb: plan.kind === "update" ? "accept-update" : "accept-migration",
    by: "reviewer",
    acknowledgement: "understood",
  });
  decided.orThrow();
}

/** Presents, accepts and reconciles a contract. */
export async function provision(
  authority: Authority,
  contract: Contract,
  deployment?: string,
): Promise<ReconcileOutcome> {
  const { plan } = await propose(authority, contract, deployment);
  await accept(authority, plan);
  return (await authority.reconcile(plan.deployment)).orThrow();
}

/** Provisions a contract and connects its service; with handlers it serves them. */
export async function deploy<const B extends ContractBody, Deps = undefined>(
  server: TrellisServer,
  contract: Contract<B>,
  handlers?: DefinedHandlers<B, Deps>,
  options: Partial<ServiceOptions<B>> = {},
): Promise<TrellisService<B>> {
  await provision(await server.authority(), contract, options.deployment);
  return await connect(server, contract, handlers, options);
}

/** Connects a service of a contract that is provisioned already. */
export async function connect<const B extends ContractBody, Deps = undefined>(
  server: TrellisServer,
  contract: Contract<B>,
  handlers?: DefinedHandlers<B, Deps>,
  options: Partial<ServiceOptions<B>> = {},
): Promise<TrellisService<B>> {
  const service = await TrellisService
    .connect({ contract, trellisUrl: server.url, log: SILENT, ...options }).orThrow();
  if (handlers !== undefined) await service.serve(handlers);
  return service;
}
