import { decide, type DecisionRequest } from "../../reconcile/decisions/decide.ts";
import type { Needs } from "../../reconcile/needs/need_types.ts";
import type { Evidence } from "../../reconcile/records/record_store.ts";
import { type PlanContext, propose } from "../../reconcile/decisions/propose.ts";
import type {
  AuthorityMode,
  AuthorityRecord,
  Plan,
} from "../../reconcile/records/authority_record.ts";
import type { Signer } from "../../reconcile/records/chain.ts";
import { recordContext } from "../../reconcile/records/history_chain.ts";
import { sealedText } from "../../reconcile/records/sealed_text.ts";
import { trimHistory } from "../../reconcile/records/trim_history.ts";

/** The deployment of these tests. */
export const DEPLOYMENT = "orders-service";

/** A deployment whose records are kept in memory, as a server would store them. */
export class RecordedDeployment {
  record: AuthorityRecord | undefined;
  readonly plans = new Map<string, Plan>();
  readonly archive = new Map<number, string>();
  bindings: string | undefined;
  /** Who presents what is proposed next, and in which mode. */
  presenter: { readonly mode: AuthorityMode; readonly by: string } = {
    mode: "strict",
    by: "author",
  };
  #ids = 0;

  /** @param signer signs what is decided; missing for a server where nobody has a key */
  constructor(public signer?: Signer) {}

  /** What planning is told next. */
  context(): PlanContext & { readonly mode: AuthorityMode } {
    const planId = `01ARZ3NDEKTSV4RRFFQ6${String(++this.#ids).padStart(6, "0")}`;
    return {
      deployment: DEPLOYMENT,
      ...this.presenter,
      planId,
      now: this.now(),
      signer: this.signer,
      taken: new Map(),
    };
  }

  /** One second after the last time. */
  now(): string {
    return new Date(Date.UTC(2030, 0, 1) + ++this.#ids * 1000).toISOString();
  }

  /** Presents needs; answers the plan that waits then. */
  propose(needs: Needs): Plan | undefined {
    const proposal = propose(this.record, needs, this.context()).orThrow();
    this.save(proposal.record);
    if (proposal.kind === "planned") this.plans.set(proposal.plan.id, proposal.plan);
    return this.pending;
  }

  /** The plan that waits. */
  get pending(): Plan | undefined {
    return this.plans.get(this.record?.pending?.planId ?? "");
  }

  /** Decides the plan that waits. */
  decide(request: Partial<DecisionRequest> = {}): void {
    const plan = this.pending;
    if (plan === undefined || this.record === undefined) return;
    const verb = plan.kind === "update" ? "accept-update" : "accept-migration";
    const acknowledgement = plan.kind === "update" ? {} : { acknowledgement: "understood" };
    const now = this.now();
    this.save(
      decide(this.record, plan, {
        verb,
        by: "reviewer",
        now,
        signer: this.signer,
        ...acknowledgement,
        ...request,
      })
        .orThrow(),
    );
  }

  /** Binds every alias, as a reconcile does. */
  materialize(): void {
    const { desired } = this.record ?? {};
    if (desired === undefined || this.record === undefined) return;
    const bindings = {
      format: "trellis.bindings.v1" as const,
      deployment: DEPLOYMENT,
      contract: desired.needs.contract,
      digests: desired.digests,
      version: desired.version,
      kv: Object.fromEntries(
        Object.entries(desired.needs.resources.kv).map(([alias, { history, ttlMs }]) => [
          alias,
          { bucket: `svc_orders_service_${alias}`, history, ttlMs },
        ]),
      ),
      store: {},
    };
    const { version } = desired;
    const at = this.now();
    const { retired } = this.record;
    const before = this.record.materialized?.buckets ?? {};
    const buckets = Object.fromEntries(
      Object.entries(bindings.kv).map(([alias, { bucket: name, history, ttlMs }]) => {
        const known = before[`kv/${alias}`] ?? retired.find((one) => one.name === name);
        const settings = { history, ttlMs, maxValueBytes: 0 };
        return [`kv/${alias}`, { name, created: known?.created ?? at, settings }];
      }),
    );
    this.bindings = JSON.stringify(bindings);
    this.save({
      ...this.record,
      materialized: { version, state: "reconciled", problems: [], at, bindings, buckets },
      retired: retired.filter(({ alias }) => !Object.hasOwn(bindings.kv, alias)),
    });
  }

  /** Keeps a record, moving older decisions out of it. */
  save(record: AuthorityRecord): void {
    const trimmed = trimHistory(record);
    for (const { seq, decision } of trimmed.moved) this.archive.set(seq, sealedText(decision));
    // As it is read back.
    this.record = JSON.parse(JSON.stringify(trimmed.record));
  }

  /** A record as whoever decides here writes it. */
  sealed(record: object): string {
    return sealedText(record, { signer: this.signer, context: recordContext(DEPLOYMENT) });
  }

  /** What a server would hold. */
  evidence(): Evidence {
    return {
      deployment: DEPLOYMENT,
      record: this.record && this.sealed(this.record),
      plans: new Map([...this.plans].map(([id, plan]) => [id, sealedText(plan)])),
      archive: new Map(this.archive),
      bindings: this.bindings,
    };
  }
}
