import { parseCallerToken } from "../../../contracts/identity/caller.ts";
import { StateError } from "../../../contracts/errors/state_error.ts";
import type { ValidationError } from "../../../contracts/errors/validation_error.ts";
import type {
  StateDeleteRequest,
  StateGetRequest,
  StateListRequest,
  StatePutRequest,
  StateTarget,
} from "../../../contracts/platform/models/index.ts";
import { sdk as state } from "../../../contracts/platform/state_sdk.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { KVError } from "../../kv/kv_error.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import type { Caller, RequestContext } from "../../rpc/request_context.ts";
import type { UntypedHandler } from "../../rpc/rpc_server.ts";
import { serveContract, type ServedPlatform } from "../serve_contract.ts";
import { targetPrincipal } from "./admin_target.ts";
import { type NamedStore, type PlaceWork, reachGone } from "./gone_store.ts";
import { listEntries } from "./list_entries.ts";
import { PauseGuard } from "./pause_guard.ts";
import { oneOfMany } from "./one_of_many.ts";
import { operationName } from "./operation_name.ts";
import { entryPlace, mapPlace, type StateContract, type StateHolder } from "./state_place.ts";
import { StateOperations } from "./state_operations.ts";
import type { StateStore } from "./state_store.ts";

/** A change of somebody's state by an admin. */
export interface AdminChange {
  readonly action: "put" | "delete";
  readonly by: Caller;
  readonly holder: StateHolder;
  readonly store: string;
  readonly key?: string | undefined;
  readonly requestId: string;
  /** The same for all processes that carry it out, and for the same request that comes again. */
  readonly operation: string;
}

/** What serving State needs. */
export interface StatePorts {
  readonly store: StateStore;
  /** Whose state a caller reads and writes, and by which declaration. */
  holderOf(caller: Caller): Promise<Result<StateHolder, StateError>>;
  /** What is accepted of a contract at this moment; undefined: nothing. */
  acceptedContract(id: string): Promise<StateContract | undefined>;
  /** Is told of what admins change before it is changed; rejects when it cannot keep it. */
  noteChange(change: AdminChange): Promise<void>;
}

/** Bytes of an answer for what is not its entries. */
const ANSWER_BYTES = 16 * 1024;

/** What a handler answers: the problems are those that the contract declares, and built-in ones. */
type Answered<T> = Promise<Result<T, unknown>>;
/** Where it is said whose state a request is about. */
type HolderOf<Input> = (
  input: Input,
  context: RequestContext,
) => Promise<Result<StateHolder, StateError | ValidationError>>;

/** The same as {@link PlaceWork}, told whose place it is. */
interface HolderWork<Place, Answer> extends Omit<PlaceWork<Place, Answer>, "run"> {
  readonly run: (place: Place, holder: StateHolder) => Answered<Answer>;
}

/** Serves `trellis.state@v1` on a connection. */
export function serveState(messaging: NatsMessaging, ports: StatePorts): ServedPlatform {
  const pauses = new PauseGuard({ flush: () => messaging.flush() });
  const operations = new StateOperations(inTime(ports.store, pauses));
  const handlers = <Target>(holderOf: HolderOf<Target>, told?: StatePorts["noteChange"]) => {
    const note = async (change: AdminChange) => await told?.(change);
    // An admin looks past what is damaged, and removes it.
    const tellsDamage = told !== undefined;
    /** Does something to a store of the holder; an admin reaches what is declared no more. */
    const at = async <Place, Answer>(
      input: Target & { readonly store: string; readonly key?: string },
      context: RequestContext,
      work: HolderWork<Place, Answer>,
      kind: NamedStore["kind"] = input.key === undefined ? "value" : "map",
    ): Answered<Answer> => {
      const holder = (await holderOf(input, context)).take();
      if (isErr(holder)) return holder;
      const run = (place: Place) => work.run(place, holder);
      if (told !== undefined) {
        return await reachGone({ holder, store: input.store, kind }, { ...work, run });
      }
      const place = work.placeOf(holder);
      return place.isErr() ? err(place.error) : await run(place.value);
    };
    return {
      get: handler<StateGetRequest & Target>((input, context) =>
        at(input, context, {
          placeOf: (holder) => entryPlace(holder, input),
          run: (place) => operations.get(place),
          isThere: (answer) => !("found" in answer) || answer.found,
        })
      ),
      put: writing<StatePutRequest & Target>(async (input, context) => {
        if (pauses.isLate) return err(tooLate());
        const holder = (await holderOf(input, context)).take();
        if (isErr(holder)) return holder;
        const place = entryPlace(holder, input).take();
        if (isErr(place)) return place;
        const { value, expectedRevision, ttlMs } = input;
        const what = JSON.stringify([value, expectedRevision, ttlMs]);
        const operation = nameOf(context, "put", place.storageKey, what);
        await note({ action: "put", operation, ...changeOf(context, holder, input) });
        return await operations.put(place, { value, expectedRevision, ttlMs }, operation);
      }),
      delete: writing<StateDeleteRequest & Target>(async (input, context) => {
        if (pauses.isLate) return err(tooLate());
        const { expectedRevision } = input;
        return await at(input, context, {
          placeOf: (holder) => entryPlace(holder, input),
          run: async (place, holder) => {
            const operation = nameOf(context, "delete", place.storageKey, expectedRevision ?? "");
            await note({ action: "delete", operation, ...changeOf(context, holder, input) });
            return await operations.delete(place, expectedRevision, operation);
          },
          isThere: ({ deleted }) => deleted,
        });
      }),
      list: handler<StateListRequest & Target>(async (input, context) => {
        const mostBytes = messaging.maxPayload - ANSWER_BYTES;
        const parts = { store: ports.store, now: await ports.store.now(), mostBytes, tellsDamage };
        return await at(input, context, {
          placeOf: (holder) => mapPlace(holder, input),
          run: (place) => listEntries(place, input, parts),
          isThere: ({ count }) => count > 0,
        }, "map");
      }),
    };
  };
  const own = handlers<object>((_input, { caller }) => ports.holderOf(caller));
  const admin = handlers<StateTarget>(
    (input, { caller }) => targetHolder(input, caller, ports),
    (change) => ports.noteChange(change),
  );
  const served = serveContract(messaging, state, {
    "State.Get": own.get,
    "State.Put": own.put,
    "State.Delete": own.delete,
    "State.List": own.list,
    "State.Admin.Get": admin.get,
    "State.Admin.Put": admin.put,
    "State.Admin.Delete": admin.delete,
    "State.Admin.List": admin.list,
  });
  return {
    async stop() {
      await served.stop();
      pauses.stop();
    },
  };
}

/** Stores what is written in time: the process may also be stopped in the middle of a request. */
function inTime(store: StateStore, pauses: PauseGuard): StateStore {
  return {
    now: () => store.now(),
    read: (key, sequence) => store.read(key, sequence),
    refuse: (operation) => store.refuse(operation),
    keys: (query) => store.keys(query),
    write: (write) =>
      pauses.isLate
        ? Promise.resolve(err(new KVError({ reason: "unavailable", message: "it is too late" })))
        : store.write(write),
  };
}

function handler<Input>(
  run: (input: Input, context: RequestContext) => Answered<unknown>,
): UntypedHandler {
  // The schema of the RPC has let nothing else through.
  return (input, context) => run(input as Input, context);
}

/** The same for what writes: whatever keeps this process from it, another one may have done it. */
function writing<Input extends { readonly expectedRevision?: string | null }>(
  run: (input: Input, context: RequestContext) => Answered<unknown>,
): UntypedHandler {
  return handler<Input>(async (input, context) => {
    const isRepeatable = input.expectedRevision === undefined;
    return (await run(input, context)).mapErr((error) => oneOfMany(error, isRepeatable));
  });
}

function nameOf({ caller, requestId }: RequestContext, ...what: readonly string[]): string {
  return operationName({ session: caller.session, requestId }, ...what);
}

function changeOf(
  { caller: by, requestId }: RequestContext,
  holder: StateHolder,
  { store, key }: { readonly store: string; readonly key?: string },
) {
  return { by, holder, store, key, requestId };
}

async function targetHolder(
  target: StateTarget,
  caller: Caller,
  { acceptedContract }: StatePorts,
): Promise<Result<StateHolder, StateError | ValidationError>> {
  if (!isAdmin(caller)) return err(forbidden());
  const principal = targetPrincipal(target).take();
  if (isErr(principal)) return principal;
  const id = target.contract;
  const contract = await acceptedContract(id) ?? { id, digest: "", stores: {}, isGone: true };
  return ok({ principal, contract });
}

/**
 * Where the server enforces who calls, whoever has no name of its own may do everything. On an open server
 * nobody is checked; who says that it is a user, a device or an agent is taken at its word.
 */
function isAdmin({ principal, session }: Caller): boolean {
  const { kind } = principal.kind === "anonymous"
    ? parseCallerToken(session)?.principal ?? principal
    : principal;
  return kind === "admin" || kind === "anonymous";
}

function forbidden(): StateError {
  return new StateError({
    reason: "forbidden",
    message: "only admins may look after the state of others",
    hint: "use client.state for your own",
  });
}

function tooLate(): StateError {
  return new StateError({
    reason: "unavailable",
    message: "the process that answers was stopped while the request waited",
    hint: "try again",
  });
}
