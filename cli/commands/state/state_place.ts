import { isPrincipalId } from "../../../contracts/identity/caller.ts";
import { principalText } from "../../../contracts/identity/principal_text.ts";
import type { StateTarget } from "../../../contracts/platform/models/index.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { StateNeed } from "../../../reconcile/needs/need_types.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import { noUser } from "../../../reconcile/users/user_errors.ts";
import { isUserId } from "../../../reconcile/users/user_name.ts";
import { isSecured } from "../../../runtime/nats/connection.ts";
import { NatsSessionStore } from "../../../runtime/platform/nats/nats_session_store.ts";
import { closest } from "../../command_line/did_you_mean.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { personOf, userNames } from "../../program/named_users.ts";

/** What a person names on the command line. */
export interface StateNames {
  readonly user: string | undefined;
  readonly device: string | undefined;
  readonly agent: string | undefined;
  readonly contract: string;
  readonly store: string;
}

/** What one caller keeps in one store. */
export interface StatePlace {
  readonly target: StateTarget;
  readonly store: string;
  readonly need: StateNeed | undefined;
  /** What is wrong with the names of the contract and the store, where nobody declares them. */
  readonly undeclared: ExplainedError | undefined;
  /** Whose it is, as the person wrote it: `user:ada`. */
  readonly holder: string;
  /** Whether it was left by a user who was removed. */
  readonly isLeft: boolean;
}

/** Finds what is meant. The error says which names there are, or which was probably meant. */
export async function readStatePlace(
  names: StateNames,
  { authority, messaging }: Pick<Connected, "authority" | "messaging">,
): Promise<Result<StatePlace, ExplainedError>> {
  const { contract, store } = names;
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  const declared = declaredStore(contract, store, records);
  const need = declared.isOk() ? declared.value : undefined;
  const undeclared = declared.isErr() ? declared.error : undefined;
  const holder = (await readHolder(names, messaging.connection)).take();
  if (isErr(holder)) return holder;
  const { text, isLeft } = holder;
  const target = { ...holder.target, contract };
  return ok({ target, store, need, undeclared, holder: text, isLeft });
}

const KINDS = ["user", "device", "agent"] as const;
type HolderKind = typeof KINDS[number];
/** Whose state is meant. */
export type HolderTarget = Omit<StateTarget, "contract">;

/** Whose state it is, as requests and as people name it. */
interface NamedHolder {
  readonly target: HolderTarget;
  readonly text: string;
  readonly isLeft: boolean;
}

const TARGET_OF: Readonly<Record<HolderKind, (id: string) => HolderTarget>> = {
  user: (userId) => ({ scope: "userApp", userId }),
  device: (deviceId) => ({ scope: "deviceApp", deviceId }),
  agent: (agentId) => ({ scope: "agentApp", agentId }),
};

async function readHolder(
  names: StateNames,
  connection: Connected["messaging"]["connection"],
): Promise<Result<NamedHolder, ExplainedError>> {
  const given = KINDS.filter((kind) => names[kind] !== undefined);
  const [kind, ...more] = given;
  const name = kind && names[kind];
  if (kind === undefined || name === undefined || more.length > 0) {
    const message = more.length > 0
      ? `state is of one of them: --${given.join(", --")}`
      : "it is not said whose state is meant";
    return err({ code: "usage", message, hint: "give one of --user, --device and --agent" });
  }
  const holder = (id: string, isLeft = false) =>
    ok({ target: TARGET_OF[kind](id), text: `${kind}:${name}`, isLeft });
  // One that lets in everybody knows nobody, and takes everybody at their word.
  if (!isSecured(connection)) return isPrincipalId(name) ? holder(name) : err(noId(kind, name));
  if (kind === "user") {
    const user = (await personOf(principalText({ kind, id: name }), connection)).take();
    if (isErr(user)) return user;
    if (user !== undefined) return holder(user.id);
    // What somebody kept stays when they are removed, and can be found by their id.
    return isUserId(name) ? holder(name, true) : err(await unknownUser(name, connection));
  }
  const sessions = await (await NatsSessionStore.open(connection)).list();
  const known = sessions.map(({ principal }) => principal)
    .filter((principal) => principal.kind === kind).map(({ id }) => id);
  return known.includes(name) ? holder(name) : err(unknownRunner(kind, name, known));
}

function noId(kind: string, name: string): ExplainedError {
  return {
    code: "usage",
    message: `no ${kind} can have the id ${name}`,
    hint: "an id is 1 to 64 letters, digits, - and _",
  };
}

async function unknownUser(
  name: string,
  connection: Connected["messaging"]["connection"],
): Promise<ExplainedError> {
  const names = await userNames(connection);
  const meant = names.isOk() ? closest(name, names.value.values()) : undefined;
  const { message, code, hint, command } = noUser(name);
  return meant === undefined
    ? { message, code, hint, command }
    : { message, code, hint: `did you mean ${meant}?` };
}

function unknownRunner(
  kind: "device" | "agent",
  name: string,
  known: readonly string[],
): ExplainedError {
  const message = `there is no ${kind} ${name}`;
  const meant = closest(name, known);
  return meant === undefined
    ? { code: "not_found", message, hint: "list them", command: [`${kind}s`, "list"] }
    : { code: "not_found", message, hint: `did you mean ${meant}?` };
}

/** What is accepted of a store. */
function declaredStore(
  contract: string,
  store: string,
  records: readonly AuthorityRecord[],
): Result<StateNeed, ExplainedError> {
  const accepted = records.flatMap(({ desired }) => desired === undefined ? [] : [desired.needs]);
  const stores = accepted.find((needs) => needs.contract === contract)?.state;
  if (stores === undefined) {
    const ids = accepted.filter(({ state = {} }) => Object.keys(state).length > 0)
      .map((needs) => needs.contract);
    const message = `no contract ${contract} is accepted`;
    return err({ code: "no_contract", message, hint: namesHint(contract, ids, "with state") });
  }
  const need = Object.hasOwn(stores, store) ? stores[store] : undefined;
  if (need !== undefined) return ok(need);
  return err({
    code: "store_undeclared",
    message: `${contract} declares no state store ${store}`,
    hint: namesHint(store, Object.keys(stores), "as it is accepted"),
  });
}

function namesHint(given: string, names: readonly string[], which: string): string {
  const meant = closest(given, names);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return names.length === 0 ? `there is none ${which}` : `there are: ${names.join(", ")}`;
}
