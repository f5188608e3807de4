import { sdk as auth } from "../../contracts/platform/auth_sdk.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Authority } from "../authority/authority.ts";
import type { Signer } from "../records/chain.ts";
import { AuthorityError } from "../records/authority_error.ts";
import { declaredCapabilities, findCapability } from "./capability_name.ts";
import { type Holder, holderText, parseHolder } from "./holder.ts";
import { changeHolding, groupName, heldCapabilities, type Holding } from "./holding.ts";
import type { HoldingStore } from "./holding_store.ts";

/** How often a change is tried again when somebody else changed the same holding meanwhile. */
const ATTEMPTS = 8;

/** A change that a person asks for. */
export interface GrantRequest {
  readonly action: "add" | "remove";
  readonly holder: Holder;
  /** Capabilities, by local or global key, and groups, as `group:support`. */
  readonly names: readonly string[];
  /** Who asks. */
  readonly by: string;
}

/** What became of a change. */
export interface Granted {
  readonly holder: Holder;
  /** What was asked for, by global keys; it may have been so before. */
  readonly named: readonly string[];
  /** False when everything was so already. */
  readonly changed: boolean;
  /** Those that no accepted contract declares. */
  readonly undeclared: readonly string[];
  /** What the holder was granted, after the change. */
  readonly granted: readonly string[];
}

/** Who holds which capabilities. */
export class Access {
  readonly #store: HoldingStore;
  readonly #authority: Pick<Authority, "list">;
  readonly #signer: Signer | undefined;
  readonly #now: () => string;

  /**
   * @param store the holdings
   * @param authority says which capabilities there are
   * @param signer signs what is changed; missing where nobody has a key
   * @param now the time, as `2026-01-31T12:00:00.000Z`
   */
  constructor(
    store: HoldingStore,
    authority: Pick<Authority, "list">,
    signer?: Signer,
    now: () => string = () => new Date().toISOString(),
  ) {
    this.#store = store;
    this.#authority = authority;
    this.#signer = signer;
    this.#now = now;
  }

  /** The holdings behind it, to watch them. */
  get store(): HoldingStore {
    return this.#store;
  }

  /** Gives capabilities and groups, or takes them. */
  async change(request: GrantRequest): Promise<Result<Granted, AuthorityError>> {
    const asked = (await this.#read(request)).take();
    if (isErr(asked)) return asked;
    const { holder, action, by } = request;
    const { capabilities, groups, undeclared } = asked;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = (await this.#store.load(holder)).take();
      if (isErr(stored)) return stored;
      const at = this.#now();
      const change = { action, capabilities, groups, by, at, signer: this.#signer };
      const after = changeHolding(stored?.value, holder, change).take();
      if (isErr(after)) return after;
      const done = (held: Holding | undefined, changed: boolean): Granted => ({
        holder,
        named: [...capabilities, ...groups.map(groupName)],
        changed,
        undeclared,
        granted: held === undefined ? [] : [...held.groups.map(groupName), ...held.capabilities],
      });
      if (after === undefined) return ok(done(stored?.value, false));
      const saved = (await this.#store.save(after, stored?.revision)).take();
      if (isErr(saved)) return saved;
      if (saved) return ok(done(after, true));
    }
    return err(
      new AuthorityError(
        "too_many_conflicts",
        `what ${holderText(holder)} holds kept changing`,
        "try again",
      ),
    );
  }

  /** Global keys of everything that somebody holds, by themselves and through groups. */
  async capabilitiesOf(holder: Holder): Promise<Result<readonly string[], AuthorityError>> {
    const own = (await this.#store.load(holder)).take();
    if (isErr(own)) return own;
    const groups: (Holding | undefined)[] = [];
    for (
      const loaded of await Promise.all((own?.value.groups ?? []).map((id) => this.#group(id)))
    ) {
      const group = loaded.take();
      if (isErr(group)) return group;
      groups.push(group?.value);
    }
    return ok(heldCapabilities(own?.value, groups));
  }

  /** Every holding that is not empty, by holder. */
  async list(): Promise<Result<readonly Holding[], AuthorityError>> {
    return (await this.#store.loadAll()).map((all) =>
      all.filter(({ capabilities, groups }) => capabilities.length + groups.length > 0)
        .sort((a, b) => holderText(a.holder) < holderText(b.holder) ? -1 : 1)
    );
  }

  #group(id: string) {
    return this.#store.load({ kind: "group", id });
  }

  async #read({ action, holder, names }: GrantRequest): Promise<
    Result<
      {
        readonly capabilities: readonly string[];
        readonly groups: readonly string[];
        readonly undeclared: readonly string[];
      },
      AuthorityError
    >
  > {
    const records = (await this.#authority.list()).take();
    if (isErr(records)) return records;
    const own = (await this.#store.load(holder)).take();
    if (isErr(own)) return own;
    const declared = declaredCapabilities([
      ...records.flatMap(({ desired }) => desired === undefined ? [] : [desired.needs]),
      auth.manifest,
    ]);
    // Of several with one local name only one may be held; and what no contract declares any more can be
    // taken from whoever holds it still.
    const held = action === "remove" ? own?.value.capabilities ?? [] : [];
    const find = (name: string) => {
      const found = findCapability(name, held);
      return found.isOk() && found.value.isDeclared ? found : findCapability(name, declared);
    };
    const capabilities: string[] = [];
    const groups: string[] = [];
    for (const name of names) {
      const group = parseHolder(name);
      if (group?.kind === "group") {
        const stored = action === "add" ? (await this.#group(group.id)).take() : undefined;
        if (isErr(stored)) return stored;
        if (action === "add" && !stored?.value.capabilities.length) return err(noGroup(group));
        groups.push(group.id);
        continue;
      }
      const found = find(name).take();
      if (isErr(found)) return found;
      capabilities.push(found.key);
    }
    const undeclared = capabilities.filter((key) => !declared.includes(key));
    return ok({ capabilities, groups, undeclared });
  }
}

function noGroup(group: Holder): AuthorityError {
  return new AuthorityError(
    "group_not_found",
    `there is no group ${group.id}, or it holds nothing`,
    "give it a capability first",
    { command: ["grants", "add", holderText(group), "<capability>"] },
  );
}
